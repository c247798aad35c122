/** <jw-chart kind table unit label>: a picture of a table that stands on the same page. */

import type { Picture } from "./picture";

/**
 * Draws the HTML table with the id `table` as `kind` (lines, fan, intervals, bars); figures.ts says what its header cells tell.
 *
 * The library is fetched only when the element comes near the viewport. When there is nothing to draw, or the library does
 * not come, the element hides itself: the table says all of it.
 */
export class Chart extends HTMLElement {
  #picture: Picture | undefined;
  #near: IntersectionObserver | undefined;

  /** What was last handed to the library: for tests and for the curious. */
  get drawing(): unknown {
    return this.#picture?.drawing;
  }

  connectedCallback(): void {
    this.#near = new IntersectionObserver((entries) => void (entries.some((e) => e.isIntersecting) && this.#start()), { rootMargin: "300px" });
    this.#near.observe(this);
  }

  disconnectedCallback(): void {
    this.#near?.disconnect();
    this.#picture?.dispose();
    this.#picture = undefined;
  }

  async #start(): Promise<void> {
    this.#near?.disconnect();
    try {
      const { Picture } = await import("./picture");
      if (this.isConnected) this.#picture ??= new Picture(this);
    } catch {
      this.hidden = true;
    }
  }
}
