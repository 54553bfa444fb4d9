// Bundles styles and scripts, makes one sprite of the icons that templates name, writes a manifest.
// Called by scripts/build_frontend as: node build.mjs OUT_FOLDER ICON_NAMES_FILE
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, existsSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const [out, iconList] = process.argv.slice(2);
if (!out || !iconList) throw new Error("usage: node build.mjs OUT_FOLDER ICON_NAMES_FILE");
mkdirSync(out, { recursive: true });

const hashOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 10);

/** One symbol an icon; drawing attributes come from the class "icon". */
function sprite(names) {
  const missing = [];
  const symbols = names.map((name) => {
    const file = join(here, "node_modules/lucide-static/icons", `${name}.svg`);
    if (!existsSync(file)) {
      missing.push(name);
      return "";
    }
    const body = readFileSync(file, "utf8").replace(/<!--.*?-->/gs, "")
      .match(/<svg[^>]*>(.*)<\/svg>/s)[1].replace(/\s+/g, " ").replace(/ ?\/>/g, "/>").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  const text = `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence -->${symbols.join("")}</svg>\n`;
  return { text, missing };
}

const result = await build({
  absWorkingDir: here,
  entryPoints: [
    { in: "css/main.css", out: "main" },
    { in: "css/paper-page.css", out: "paper" },
    { in: "js/app.js", out: "app" },
    { in: "js/scan.js", out: "scan" },
    { in: "js/trace.js", out: "trace" },
  ],
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "part-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  legalComments: "linked",
  metafile: true,
  target: ["chrome88", "safari15", "firefox90"],
  charset: "utf8",
  loader: { ".wasm": "file", ".woff2": "file" },
  logLevel: "warning",
});

const files = {};
for (const [path, about] of Object.entries(result.metafile.outputs)) {
  if (/^(css|js)\//.test(about.entryPoint || "")) {
    const ext = path.endsWith(".css") ? "css" : "js";
    files[`${basename(path).replace(/-[A-Z0-9]+\.(css|js)$/, "")}.${ext}`] = basename(path);
  } else if (path.endsWith(".wasm")) {
    files["zxing_reader.wasm"] = basename(path);
  }
}
const names = readFileSync(iconList, "utf8").split("\n").filter(Boolean);
const { text, missing } = sprite(names);
files["icons.svg"] = `icons-${hashOf(text)}.svg`;
writeFileSync(join(out, files["icons.svg"]), text);
if (missing.length) {
  console.error(`no such icon in lucide-static: ${missing.join(", ")}`);
}
const manifest = { files, icons: names.filter((name) => !missing.includes(name)), missing_icons: missing };
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
