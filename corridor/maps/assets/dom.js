/* Elements without markup: data reach the page as text nodes and properties only. */
(function () {
  'use strict';
  const C = window.corridor, SVG = 'http://www.w3.org/2000/svg';

  function fill(node, props, children) {
    for (const [name, value] of Object.entries(props || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === 'on') for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
      else if (name === 'vars') for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
      else if (name === 'text') node.textContent = value;
      else node.setAttribute(name, value === true ? '' : String(value));
    }
    for (const child of children) if (child !== null && child !== undefined && child !== false) node.append(child);
    return node;
  }

  C.el = (tag, props, ...children) => fill(document.createElement(tag), props, children);
  C.shape = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);
  C.sign = (name, cls) => C.shape('svg', { class: cls, 'aria-hidden': 'true' }, C.shape('use', { href: '#s-' + name }));
  C.KIND_SIGN = { LIFE: 'life', WORK: 'work', SERVICE: 'service', EXCHANGE: 'exchange' };
  C.byId = (id) => document.getElementById(id);
  C.renew = function (id, ...children) {
    const node = C.byId(id);
    node.replaceChildren(...children.filter(Boolean));
    return node;
  };
  /* Read once: asking for a computed style in the middle of painting makes the browser lay out the page. */
  const colours = {};
  C.colour = (name) => colours[name] || (colours[name] = getComputedStyle(document.documentElement).getPropertyValue(name).trim());
})();
