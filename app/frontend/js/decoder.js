// Reads symbols: the browser's own detector, else zxing as wasm from our own folder, never a CDN.
import readerAddress from "zxing-wasm/reader/zxing_reader.wasm";

const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "itf", "code_128", "qr_code", "data_matrix"];

async function native() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const supported = await globalThis.BarcodeDetector.getSupportedFormats();
  if (!supported.includes("ean_13") || !supported.includes("qr_code")) return null;
  return new globalThis.BarcodeDetector({ formats: FORMATS.filter((f) => supported.includes(f)) });
}

async function wasm() {
  const { BarcodeDetector, prepareZXingModule } = await import("barcode-detector/ponyfill");
  const address = new URL(readerAddress, import.meta.url).href;
  prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? address : prefix + path) },
  });
  return new BarcodeDetector({ formats: [...FORMATS, "databar", "databar_expanded"] });
}

let made = null;

/** The best detector there is; made once. Rejects when there is none (then the server decodes). */
export function detector() {
  made ||= native().catch(() => null).then((found) => found || wasm());
  return made;
}
