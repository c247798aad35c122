/** <jw-live swap="id id">: the answer to a form appears while the form is being changed. */

const TYPING = 60; // ms; a dragged range sends one question at a time, not one a pixel

/**
 * Wraps a `<form method="get">` that the server drew and names, in `swap`, the regions that depend on it.
 *
 * A change asks for the address a submit would go to and puts that page's regions in place of this page's. A newer change
 * aborts the older question. Whatever goes wrong, the browser simply goes to the address: there the server says why.
 */
export class Live extends HTMLElement {
  #form: HTMLFormElement | null = null;
  #status = document.createElement("div");
  #asked: AbortController | undefined;
  #address = location.href;
  #timer = 0;
  #since = 0;

  constructor() {
    super();
    this.addEventListener("input", this.#changed);
    this.addEventListener("change", this.#changed);
    this.addEventListener("submit", this.#submitted);
    this.addEventListener("reset", this.#reset);
  }

  connectedCallback(): void {
    const form = (this.#form ??= this.querySelector("form"));
    if (!form) return;
    form.querySelectorAll<HTMLElement>("[data-plain]").forEach((button) => (button.hidden = true));
    this.#status.role = "status";
    this.append(this.#status);
    addEventListener("beforeunload", this.#leave);
    const fresh = form.cloneNode(true) as HTMLFormElement;
    fresh.reset();
    if (said(form) !== said(fresh)) this.#reset(); // by a reader quicker than the islands, or a browser that remembers
  }

  disconnectedCallback(): void {
    this.#leave();
    removeEventListener("beforeunload", this.#leave);
  }

  /** A question cut off by leaving the page has not failed: it must not call the reader back. */
  #leave = (): void => {
    clearTimeout(this.#timer);
    this.#asked?.abort();
  };

  #changed = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const typed = field instanceof HTMLInputElement && !/^(checkbox|radio)$/.test(field.type);
    if (typed) this.#mirror();
    if (event.type === (typed ? "change" : "input")) return; // the other of the two asks
    this.#soon(typed ? TYPING : 0);
  };

  #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#since = performance.now();
    clearTimeout(this.#timer);
    void this.#ask(event.submitter);
  };

  #reset = (): void => {
    // The fields change after the event of that name.
    setTimeout(() => (this.#mirror(), this.#soon(0)));
  };

  #soon(wait: number): void {
    this.#since = performance.now();
    clearTimeout(this.#timer);
    if (wait) this.#timer = setTimeout(() => void this.#ask(), wait);
    else void this.#ask();
  }

  #mirror(): void {
    this.#form!.querySelectorAll("output").forEach((output) => {
      for (const id of output.htmlFor) {
        const field = document.getElementById(id);
        if (field instanceof HTMLInputElement && field.type === "range") output.value = field.value + (output.dataset.unit ?? "");
      }
    });
  }

  /** Where a submit would go, without the fields left empty. */
  #target(submitter?: HTMLElement | null): string {
    const url = new URL(this.#form!.getAttribute("action") || location.pathname, document.baseURI);
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form!, submitter)) if (typeof value === "string" && value) fields.append(name, value);
    url.search = fields.toString();
    return url.href;
  }

  #regions(): HTMLElement[] {
    const ids = (this.getAttribute("swap") ?? "").split(/\s+/).filter(Boolean);
    return ids.map((id) => document.getElementById(id)).filter((region) => region !== null);
  }

  async #ask(submitter?: HTMLElement | null): Promise<void> {
    const address = this.#target(submitter);
    this.#asked?.abort();
    if (address === this.#address) return this.#busy(false); // back where the page already is
    const asked = (this.#asked = new AbortController());
    const since = this.#since;
    this.#busy(true);
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { accept: "text/html" } });
      if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) throw new Error(`${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (asked.signal.aborted) return;
      this.#swap(page);
      this.#address = address;
      history.replaceState(history.state, "", answer.redirected ? answer.url : address);
      this.#busy(false);
      document.dispatchEvent(new CustomEvent("jw-swapped", { detail: { address } }));
      performance.measure("jw-live", { start: since });
    } catch {
      if (!asked.signal.aborted) location.assign(address);
    }
  }

  #busy(busy: boolean): void {
    for (const region of this.#regions()) region.ariaBusy = busy ? "true" : null;
  }

  #swap(page: Document): void {
    const regions = this.#regions().map((here) => [here, page.getElementById(here.id)] as const);
    if (regions.some(([, there]) => !there)) throw new Error("a region is missing in the answer");
    const { scrollX, scrollY } = window;
    for (const [here, there] of regions) {
      const restore = remembered(here);
      here.replaceChildren(...there!.childNodes);
      restore();
    }
    scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
    if (page.title) document.title = page.title;
    const said = regions.flatMap(([here]) => [...here.querySelectorAll("[data-say]")].map((e) => e.textContent!.trim())).join(" ");
    if (said !== this.#status.textContent) this.#status.textContent = said;
  }
}

function said(form: HTMLFormElement): string {
  return [...new FormData(form)].join();
}

/** What a reader did to a region (focus, opened details, sideways scroll); the answer does it to the new contents. */
function remembered(region: HTMLElement): () => void {
  const focus = document.activeElement as HTMLElement | null;
  const key = focus && region.contains(focus) && focus !== region ? selector(focus) : "";
  const open = [...region.querySelectorAll("details")].map((details) => details.open);
  const wide = [...region.querySelectorAll(".wide")].map((box) => box.scrollLeft);
  return () => {
    region.querySelectorAll("details").forEach((details, i) => (details.open = open[i] ?? details.open));
    region.querySelectorAll(".wide").forEach((box, i) => (box.scrollLeft = wide[i] ?? 0));
    if (key) region.querySelector<HTMLElement>(key)?.focus({ preventScroll: true });
  };
}

function selector(element: Element): string {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const name = ["name", "href"].find((attribute) => element.hasAttribute(attribute));
  return element.localName + (name ? `[${name}="${CSS.escape(element.getAttribute(name)!)}"]` : "");
}
