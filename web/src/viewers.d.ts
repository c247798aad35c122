/** Only what we use: the viewers bring no types of these. */
declare module "dmn-js/lib/NavigatedViewer" {
  export default class NavigatedViewer {
    constructor(options: { container: HTMLElement });
  }
}
