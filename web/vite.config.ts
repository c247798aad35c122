import { defineConfig } from "vite";

// Entries keep their names, since pages name them (models.js only those that show a process or decisions); what they import later carries a digest in its name. Addresses are relative, so
// that the portal may stand under any path. Nothing is inlined, since the pages' CSP forbids data: and blob:. A library build
// leaves out Vite's preload helper, two thirds the size of all three islands, which would only watch for style sheets there are none of.
export default defineConfig({
  base: "./",
  publicDir: false,
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    lib: { entry: ["src/jingwei.ts", "src/models.ts"], formats: ["es"], fileName: (_, name) => `${name}.js`, cssFileName: "models" },
    outDir: "../src/jingwei/doors/portal/static/built",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    license: { fileName: "LICENSES.md" },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { chunkFileNames: "[name]-[hash].js", minify: true } },
  },
});
