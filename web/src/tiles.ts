/** <jw-tiles>: a map of links that the keyboard walks as a map. */

type Step = readonly [dx: number, dy: number];

const STEPS: Record<string, Step> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * Wraps the map the server drew, `svg.tiles > a > rect + text + title`.
 *
 * The map is one tab stop; arrows go to the nearest tile in their direction, Home and End to the first and the last, Enter
 * follows the link. The tile under the pointer or the focus is named below the map.
 */
export class Tiles extends HTMLElement {
  #tiles: SVGAElement[] = [];
  #note: HTMLOutputElement | null = null;

  connectedCallback(): void {
    this.#set();
    document.addEventListener("jw-swapped", this.#set);
    this.addEventListener("keydown", this.#key);
    this.addEventListener("focusin", this.#focused);
    this.addEventListener("focusout", this.#left);
    this.addEventListener("mouseover", this.#over);
    this.addEventListener("mouseout", this.#left);
  }

  disconnectedCallback(): void {
    document.removeEventListener("jw-swapped", this.#set);
  }

  #set = (): void => {
    if (this.#tiles[0]?.isConnected) return;
    this.#tiles = [...this.querySelectorAll<SVGAElement>("svg.tiles > a")];
    this.#tiles.forEach((tile, i) => (tile.tabIndex = i ? -1 : 0));
    this.#note = this.querySelector<HTMLOutputElement>("output.tile-note") ?? document.createElement("output");
    this.#note.className = "tile-note";
    this.#note.ariaLive = "off"; // the link itself has just been read out
    if (!this.#note.isConnected) this.append(this.#note);
  };

  #tile(event: Event): SVGAElement | undefined {
    return this.#tiles.find((tile) => tile.contains(event.target as Node));
  }

  #say(tile: Element | null | undefined): void {
    this.#note!.value = tile?.querySelector("title")?.textContent ?? "";
  }

  #over = (event: Event): void => {
    const tile = this.#tile(event);
    if (tile) this.#say(tile);
  };

  #left = (): void => this.#say(this.#tiles.find((tile) => tile === document.activeElement));

  #focused = (event: Event): void => {
    const tile = this.#tile(event);
    if (!tile) return;
    for (const each of this.#tiles) each.tabIndex = each === tile ? 0 : -1;
    this.#say(tile);
  };

  #key = (event: KeyboardEvent): void => {
    const tile = this.#tile(event);
    if (!tile || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = STEPS[event.key];
    const ends: Record<string, SVGAElement | undefined> = { Home: this.#tiles[0], End: this.#tiles.at(-1) };
    const next = step ? nearest(tile, this.#tiles, step) : ends[event.key];
    if (step || next) event.preventDefault(); // the page must not scroll away under the map
    next?.focus();
  };
}

/** The tile that is nearest in one direction; going straight counts before going aslant. */
function nearest(from: SVGAElement, tiles: SVGAElement[], [dx, dy]: Step): SVGAElement | undefined {
  const [x, y] = corner(from);
  let best: SVGAElement | undefined;
  let least = Infinity;
  for (const tile of tiles) {
    const [a, b] = corner(tile);
    const ahead = (a - x) * dx + (b - y) * dy;
    const aside = Math.abs((a - x) * dy) + Math.abs((b - y) * dx);
    const cost = ahead + 3 * aside;
    if (ahead > 0 && cost < least) [best, least] = [tile, cost];
  }
  return best;
}

function corner(tile: SVGAElement): [number, number] {
  const rect = tile.querySelector("rect");
  return [Number(rect?.getAttribute("x")), Number(rect?.getAttribute("y"))];
}
