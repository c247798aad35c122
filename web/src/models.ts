/** <jw-model kind source told>: a process or a decision model that the server has drawn, looked at closer with bpmn.io's viewers. */

/**
 * Puts a button above what the server drew; pressed, it fetches the viewer and shows the file whose text stands in the element with
 * the id `source`. Until then nothing is fetched, and where the viewer does not come the server's drawing stays.
 */
class Model extends HTMLElement {
  #shown: HTMLElement | undefined;
  #button: HTMLButtonElement | undefined;

  connectedCallback(): void {
    if (this.#button) return;
    this.#button = document.createElement("button");
    this.#button.type = "button";
    this.#button.textContent = this.getAttribute("told");
    this.#button.setAttribute("aria-pressed", "false");
    this.#button.addEventListener("click", this.#turn);
    this.prepend(this.#button);
  }

  #turn = async (): Promise<void> => {
    const button = this.#button!;
    const wanted = button.getAttribute("aria-pressed") === "false";
    if (wanted && !this.#shown) {
      button.disabled = true;
      try {
        const text = document.getElementById(this.getAttribute("source")!) as HTMLTextAreaElement;
        const { show } = this.getAttribute("kind") === "dmn" ? await import("./dmn") : await import("./bpmn");
        this.#shown = document.createElement("div");
        this.#shown.className = "viewer";
        this.append(this.#shown);
        this.toggleAttribute("data-viewer", true); // what has no size cannot be fitted into it
        await show(this.#shown, text.value, document.documentElement.lang.startsWith("zh"));
      } catch (error) {
        this.#shown?.remove();
        this.#shown = undefined;
        this.removeAttribute("data-viewer");
        button.hidden = true; // what the server drew says all of it
        throw error;
      } finally {
        button.disabled = false;
      }
    }
    this.toggleAttribute("data-viewer", wanted);
    button.setAttribute("aria-pressed", `${wanted}`);
  };
}

customElements.define("jw-model", Model);
