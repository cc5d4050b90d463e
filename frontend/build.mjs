// Builds static/dist: app.css (with the Inter files it names), app.js, charts.js (for pages that draw), icons.svg and the letters that paper is set in.
// Fails when an icon of web/icons.txt does not exist.
import { copyFileSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { keepRules } from "./tabler.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "static", "dist");
const require = createRequire(import.meta.url);

/** Tabler's stylesheet without the components we do not use. */
const tabler = {
  name: "tabler",
  setup(builder) {
    builder.onResolve({ filter: /^tabler:kept$/ }, () => ({ path: "tabler.css", namespace: "tabler" }));
    builder.onLoad({ filter: /.*/, namespace: "tabler" }, () => ({
      contents: keepRules(readFileSync(require.resolve("@tabler/core/dist/css/tabler.css"), "utf8")),
      loader: "css",
    }));
  },
};

/** One symbol an icon, from the outline set: the strokes only, colour and width come from the page. */
function sprite(names) {
  const symbols = names.map((name) => {
    const file = join(root, "node_modules", "@tabler", "icons", "icons", "outline", `${name}.svg`);
    const drawing = readFileSync(file, "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "").replace(/<path stroke="none"[^>]*>/, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["frontend/js/app.js", "frontend/js/charts.js", "frontend/js/failed.js", "frontend/css/app.css"],
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  entryNames: "[name]",
  assetNames: "[name]",
  loader: { ".woff2": "file" },
  plugins: [tabler],
  logLevel: "warning",
  legalComments: "eof",
});
const names = readFileSync(join(root, "web", "icons.txt"), "utf8").split("\n").filter(Boolean);
writeFileSync(join(dist, "icons.svg"), sprite(names));

// Paper wants fonts of fixed weights, as files (web/paper.py).
const letters = join(dist, "letters");
mkdirSync(letters);
for (const [folder, name] of [["400Regular", "Inter_400Regular"], ["500Medium", "Inter_500Medium"], ["600SemiBold", "Inter_600SemiBold"]]) {
  copyFileSync(require.resolve(`@expo-google-fonts/inter/${folder}/${name}.ttf`), join(letters, `${name}.ttf`));
}
