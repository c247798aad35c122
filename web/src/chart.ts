/** <jw-chart kind table unit label>: a picture of a table that stands on the same page. */

import { painted } from "./painted";
import type { Picture } from "./picture";

const ROW = 27; // CSS pixels a row of a picture with names on its left

/**
 * Draws the HTML table with the id `table` as `kind` (lines, fan, intervals, bars); figures.ts says what its header cells tell.
 *
 * The library is fetched only when the element comes near the viewport, and draws after the page's first paint. When there is
 * nothing to draw, or the library does not come, the element hides itself: the table says all of it.
 */
export class Chart extends HTMLElement {
  picture: Picture | undefined; // open to tests and to the curious
  #near: IntersectionObserver | undefined;

  connectedCallback(): void {
    this.reserve();
    this.#near = new IntersectionObserver((entries) => entries.at(-1)!.isIntersecting && this.#start(), { rootMargin: "300px" });
    this.#near.observe(this);
  }

  disconnectedCallback(): void {
    this.#near!.disconnect();
    this.picture?.dispose();
    this.picture = undefined;
  }

  /** Takes the height that the table's rows decide, long before anything is drawn, so that nothing below jumps. Years lie along the bottom. */
  reserve(): void {
    const table = document.getElementById(this.getAttribute("table")!) as HTMLTableElement | null;
    const x = table?.querySelector<HTMLTableCellElement>("[data-as=x]")?.cellIndex;
    if (x === undefined) return;
    const names = [...table!.rows].map((row) => row.cells[x]!.textContent).slice(1);
    const upright = { lines: 1, fan: 1, bars: names.every((name) => /^\s*(1[89]|20)\d\d\s*$/.test(name)) }[this.getAttribute("kind")!];
    this.style.height = upright ? "" : `${names.length * ROW + 50}px`;
  }

  async #start(): Promise<void> {
    this.#near!.disconnect();
    try {
      const { Picture } = await import("./picture");
      await painted;
      if (this.isConnected) this.picture ??= new Picture(this);
    } catch {
      this.hidden = true;
    }
  }
}
