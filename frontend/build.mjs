// SPDX-License-Identifier: Apache-2.0
// Bundles the console and lays out what it needs beside it; everything is served from our own origin.
import { build, context } from "esbuild";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "../src/dothi/operations/static/dothi");
const modules = path.join(here, "node_modules");

await mkdir(path.join(out, "fonts"), { recursive: true });
const fonts = path.join(modules, "@fontsource/be-vietnam-pro/files");
for (const file of await readdir(fonts)) {
  if (/-(latin|vietnamese)-(400|500|600)-normal\.woff2$/.test(file)) {
    await cp(path.join(fonts, file), path.join(out, "fonts", file));
  }
}
await cp(path.join(here, "src/fonts.css"), path.join(out, "fonts/fonts.css"));
for (const file of ["maplibre-gl.css", "maplibre-gl-worker.mjs"]) {
  await cp(path.join(modules, "maplibre-gl/dist", file), path.join(out, file));
}

for (const file of await readdir(out)) if (/^part-/.test(file)) await rm(path.join(out, file));

const options = {
  entryPoints: ["console.ts", "console.css", "data.ts", "place.ts", "place.css", "passkey.ts", "verify.ts", "verify.css", "verify-worker.ts"].map((file) => path.join(here, "src", file)),
  outdir: out,
  // The map is in a part of its own that the console and the page where a place is picked share.
  splitting: true,
  chunkNames: "part-[hash]",
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: true,
  sourcemap: false,
  legalComments: "linked",
  logLevel: "warning",
};
if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
} else {
  await build(options);
}
