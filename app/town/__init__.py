"""The sample town: fictitious firms in the real divisions of Xiamen, and what they handed on."""
