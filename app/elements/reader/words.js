// The texts of an element come from the page, in its language: data-t-NAME on the element, or on what several stand in.
// Nothing here is shown that the page did not say.

/** The sentence `name`, its `{marks}` filled in; empty when the page does not say it. */
export function word(host, name, values = {}) {
  const text = said(host, `data-t-${name}`);
  return text.replace(/\{(\w+)\}/g, (mark, key) => (key in values ? String(values[key]) : mark));
}

/** What the page says under this attribute, on the element or around it. */
export function said(host, attribute) {
  return host.closest(`[${attribute}]`)?.getAttribute(attribute) ?? "";
}

/** An icon of the site's sprite, whose address is in `icons` around the host or in `data-icons` of the page. */
export function icon(host, name, size = "i--lg") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `i ${size}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  const sprite = said(host, "icons") || document.documentElement.dataset.icons;
  use.setAttribute("href", `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
}

/** A new element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
