// What was written small is read when it is first asked for.
const kept = new Map();
async function inflated(text) {
  const raw = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
function integers(bytes) {
  // zigzag variable-length integers; products, not shifts, since some have more than 32 bits
  const made = [];
  let value = 0, place = 1;
  for (const byte of bytes) {
    value += (byte & 127) * place;
    if (byte & 128) { place *= 128; continue; }
    made.push(value % 2 ? -(value + 1) / 2 : value / 2);
    value = 0; place = 1;
  }
  return made;
}
function once(key, make) {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
}
function table(layer, measure, part) {
  // rows by date of whole numbers, null where there is none
  return once(`${layer} ${measure} ${part}`, async () => {
    const text = (P.layers[layer].values[measure] || {})[part];
    if (text === undefined) return null;
    const numbers = integers(await inflated(text)), n = P.layers[layer].codes.length;
    for (let k = n; k < numbers.length; k++) numbers[k] += numbers[k - n];
    const rows = [];
    for (let k = 0; k < numbers.length; k += n) rows.push(numbers.slice(k, k + n).map(v => v === -2147483648 ? null : v));
    return rows;
  });
}
async function values(layer, key) {
  // with, change, half and sure of a measure at each date, in its own unit
  return once(`${layer} ${key}`, async () => {
    const measure = measureOf(key) || {scale: 10, dated: false};
    const [own, change, half, sure] = await Promise.all(["with", "change", "half", "sure"].map(p => table(layer, key, p)));
    const at = (rows, date, k) => {
      const row = rows && rows[measure.dated ? date : 0];
      return row && row[k] !== null ? row[k] / measure.scale : null;
    };
    return (date, k) => {
      const made = {own: at(own, date, k), change: at(change, date, k), half: at(half, date, k)};
      made.other = made.own === null || made.change === null ? null : made.own - made.change;
      const row = sure && sure[measure.dated ? date : 0];
      made.sure = row ? row[k] : null;
      return made;
    };
  });
}
function percentOf(key, v, what) {
  // changes of a number of residents are told in percent: communes differ in size
  return key === "persons" && v[what] !== null && v.other ? 100 * v[what] / v.other : key === "persons" ? null : v[what];
}
function unitOf(key, change) {
  if (key.startsWith("access_")) return say("index");
  if (key === "net") return say("rate");
  return change ? say("percent") : say("persons");
}
function digitsOf(key, change) { return key.startsWith("access_") ? 3 : key === "net" || change ? 1 : 0; }
function sureness(v) {
  if (v.change === null) return {word: say("unknown"), long: ""};
  if (v.sure === null) return {word: say("unknown"), long: say("few", {n: P.pairs})};
  if (v.sure === 2) return {word: say("same"), long: ""};
  if (v.sure === 1 && v.change === 0) return {word: say("slight"), long: ""};
  return v.sure === 1 ? {word: say("sure"), long: say("sure_long", {n: P.pairs})} : {word: say("unsure"), long: say("unsure_long", {n: P.pairs})};
}
async function areas(layer) {
  // parts of each unit as flat coordinate lists, x squeezed so that the middle of the country is true to scale
  return once(`areas ${layer}`, async () => {
    const numbers = integers(await inflated(P.layers[layer].areas)), made = [];
    let at = 0, x0 = 0, y0 = 0;
    while (at < numbers.length) {
      const rings = [];
      for (let r = numbers[at++]; r > 0; r--) {
        let x = x0, y = y0;
        const xs = [], ys = [];
        for (let k = numbers[at++]; k > 0; k--) {
          x += numbers[at++]; y += numbers[at++];
          if (!xs.length) { x0 = x; y0 = y; }
          xs.push(x / 1000 * P.squeeze); ys.push(y / 1000);
        }
        rings.push([xs, ys]);
      }
      made.push(rings);
    }
    return made;
  });
}
