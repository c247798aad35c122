/** The islands: what makes a page that is already whole pleasanter to use. Every page works without them. */

import { Chart } from "./chart";
import { Live } from "./live";
import { painted } from "./painted";
import { Tiles } from "./tiles";

customElements.define("jw-chart", Chart); // at once: its library takes longest to come
await painted;
customElements.define("jw-live", Live);
customElements.define("jw-tiles", Tiles);
