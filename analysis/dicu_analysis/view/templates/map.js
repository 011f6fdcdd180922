// The map: bokeh draws, this fills its sources and says what is drawn.
const control = {measure: byId("measure"), show: byId("show"), layer: byId("layer"), date: byId("date")};
let plot = null, order = [], under = [], drawn = "", serial = 0;

function fillSelect(select, pairs, value) {
  select.innerHTML = pairs.map(([key, name]) => `<option value="${key}">${escaped(name)}</option>`).join("");
  select.value = value;
}
function classesOf(key, change, levels) {
  // edges and colours: the same for every date, so that dates can be compared
  const family = measureOf(key).family;
  if (change) return {edges: P.edges[family], colours: P.colours[family], signed: true};
  if (key === "net") return {edges: P.edges.net_level, colours: P.colours.net_level, signed: true};
  const sorted = levels.filter(v => v !== null).sort((a, b) => a - b), n = P.colours.level.length;
  const edges = [];
  for (let k = 1; k < n; k++) {
    const edge = Number((sorted[Math.floor(k * sorted.length / n)] || 0).toPrecision(2));
    if (!edges.length || edge > edges[edges.length - 1]) edges.push(edge);
  }
  return {edges, colours: P.colours.level.slice(0, edges.length + 1), signed: false};
}
function classAt(edges, value) { let k = 0; while (k < edges.length && value >= edges[k]) k++; return k; }

async function seen() {
  // what the map shows now: a value for each unit, its class, and whether its sign is sure
  const key = S.measure, change = S.show === "change", what = change ? "change" : S.show === "with" ? "own" : "other";
  const of = await values(S.layer, key), n = P.layers[S.layer].codes.length, rows = [];
  for (let k = 0; k < n; k++) rows.push(of(S.date, k));
  const value = rows.map(v => change ? percentOf(key, v, "change") : v[what]);
  const levels = change ? [] : rows.map((_, k) => of(P.dates.length - 1, k).own);
  return {key, change, rows, value, ...classesOf(key, change, levels)};
}
function colourOf(view, k) {
  if (view.value[k] === null) return P.colours.unknown;
  if (view.change && view.rows[k].sure !== 1) return P.colours.within;
  return view.colours[classAt(view.edges, view.value[k])];
}
function below(view, k) {
  return view.signed && view.value[k] < 0 && !(view.change && view.rows[k].sure !== 1);
}
function flat(parts, axis) {
  // rings one after another, parted by NaN, as bokeh wants a unit of several islands
  const made = [];
  parts.forEach((ring, k) => { if (k) made.push(NaN); made.push(...ring[axis]); });
  return made;
}
async function drawMap() {
  if (S.page !== "map" || !plot) return;
  const mine = ++serial, shapes = await areas(S.layer), view = await seen();
  if (mine !== serial) return;  // a later one is on its way
  const units = plot.units, wanted = S.layer;
  if (drawn !== wanted) {
    const reach = shapes.map(parts => parts.reduce((s, [xs, ys]) => Math.max(s, (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys))), 0));
    order = reach.map((r, k) => [r, k]).filter(([r]) => r > 0).sort((a, b) => b[0] - a[0]).map(([, k]) => k);
    units.data = {xs: order.map(k => flat(shapes[k], 0)), ys: order.map(k => flat(shapes[k], 1)), fill: order.map(k => colourOf(view, k))};
    const above = wanted.replace("commune", "province"), lines = await areas(P.layers[above] ? above : "province_old");
    const rings = lines.flat().map(([xs, ys]) => [[...xs, xs[0]], [...ys, ys[0]]]);
    plot.lines.data = {xs: rings.map(r => r[0]), ys: rings.map(r => r[1])};
    drawn = wanted;
  } else {
    units.data = {...units.data, fill: order.map(k => colourOf(view, k))};
  }
  under = order.filter(k => below(view, k));
  dashes();
  const here = S.place && S.place.layer === S.layer ? shapes[S.place.at] : [];
  plot.chosen.data = {xs: here.map(r => r[0]), ys: here.map(r => r[1])};
  describe(view);
}
function describe(view) {
  const measure = measureOf(view.key), name = measure.name[S.lang];
  const when = measure.dated ? P.date_names[S.lang][S.date] : say("all_of_country");
  const unit = unitOf(view.key, view.change), digits = view.key.startsWith("access_") ? 2 : view.edges.some(e => e % 1) ? 1 : 0;
  byId("map-title").textContent = `${name[0].toUpperCase()}${name.slice(1)}: ${P.shows[S.lang][S.show]}, ${when}`;
  const ends = [];
  for (let k = view.edges.length; k >= 0; k--) {
    const low = k ? number(view.edges[k - 1], digits, view.signed) : null, high = k < view.edges.length ? number(view.edges[k], digits, view.signed) : null;
    const text = low === null ? `< ${high}` : high === null ? `≥ ${low}` : `${low} … ${high}`;
    const dash = view.signed && k < view.edges.length && view.edges[k] <= 0 ? " below" : "";
    ends.push(`<li><span class="swatch${dash}" style="background-color:${view.colours[k]}"></span>${text}</li>`);
  }
  if (view.change) ends.push(`<li><span class="swatch" style="background-color:${P.colours.within}"></span>${say(P.pairs < 3 ? "unknown" : "unsure")}</li>`);
  byId("legend").innerHTML = `<li class="unit">${escaped(unit)}</li>${ends.join("")}`;
  const coarse = P.weight > 100 && S.layer.startsWith("commune") && !view.key.startsWith("access_");
  byId("map-note").textContent = [view.change && P.pairs < 3 ? say("few", {n: P.pairs}) : "", coarse ? say("sample", {n: number(P.weight, 0)}) : ""].filter(Boolean).join(" ");
  byId("date-said").textContent = when;
  control.date.setAttribute("aria-valuetext", when);
  control.date.disabled = !measure.dated;
  if (byId("map-rows").open) mapTable(view);
  pointed(S.place && S.place.layer === S.layer ? S.place.at : -1, view);
}
function told(view, k) {
  const v = view.rows[k], digits = digitsOf(view.key, view.change), unit = unitOf(view.key, view.change);
  if (view.value[k] === null) return say("none");
  if (!view.change) return `${number(view.value[k], digitsOf(view.key, false), view.key === "net")} ${unit}`;
  return v.sure === 1 || v.sure === null ? `${number(view.value[k], digits, true)} ${unit} (${sureness(v).word})` : sureness(v).word;
}
function pointed(k, view) {
  const box = byId("pointed");
  if (k < 0) { box.innerHTML = `<p class="note">${say("selected")}</p>`; return; }
  const old = S.layer.endsWith("_old") ? "&of=old" : "", code = P.layers[S.layer].codes[k];
  box.innerHTML = `<p><b>${escaped(nameOf(S.layer, k))}</b><br><small>${escaped(contextOf(S.layer, k))}</small><br>${escaped(told(view, k))}</p><p><a href="#page=place&place=${code}${old}&date=${P.dates[S.date]}">${say("what_changed")} →</a></p>`;
}
function dashes() {
  // as long as a small unit is wide, so that they do not cover a map of the whole country
  if (!plot.below) return;
  const degrees = (plot.x.end - plot.x.start) / byId("plot").getBoundingClientRect().width;
  const size = Math.min(14, Math.max(2, (S.layer.startsWith("province") ? .35 : .07) / degrees));
  const width = Math.min(1.2, Math.max(.4, .14 * size));
  const middle = P.layers[S.layer].middle;
  plot.below.data = {x: under.map(k => middle[k][0] * P.squeeze), y: under.map(k => middle[k][1]), size: under.map(() => size), width: under.map(() => width)};
}
function zoom(factor) {
  for (const range of [plot.x, plot.y]) {
    const middle = (range.start + range.end) / 2, half = (range.end - range.start) / 2 * factor;
    range.setv({start: middle - half, end: middle + half});
  }
}
async function frame(layer, at) {
  // the whole country with its far islands, or a unit with what lies around it; never stretched
  const shapes = await areas(layer), chosen = at === undefined ? shapes : [shapes[at]];
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const parts of chosen) for (const [xs, ys] of parts) for (let k = 0; k < xs.length; k++) {
    x0 = Math.min(x0, xs[k]); x1 = Math.max(x1, xs[k]); y0 = Math.min(y0, ys[k]); y1 = Math.max(y1, ys[k]);
  }
  if (!isFinite(x0)) return;
  const box = byId("plot").getBoundingClientRect(), margin = at === undefined ? 1.02 : 4;
  const names = at === undefined ? 76 : 0;  // pixels for the names of islands at the edge
  const scale = Math.max((x1 - x0) / (box.width - names), (y1 - y0) / (box.height - names)) * margin || .01;
  plot.x.setv({start: (x0 + x1) / 2 - scale * box.width / 2, end: (x0 + x1) / 2 + scale * box.width / 2});
  plot.y.setv({start: (y0 + y1) / 2 - scale * box.height / 2, end: (y0 + y1) / 2 + scale * box.height / 2});
}
async function startMap() {
  if (plot || S.page !== "map") return;
  plot = {};
  const item = JSON.parse(byId("plot-item").textContent);
  await Bokeh.embed.embed_item(item, "plot");
  const doc = Bokeh.documents[0], model = name => doc.get_model_by_name(name);
  plot = {units: model("units"), lines: model("lines"), chosen: model("chosen"), marks: model("marks"), below: model("below"), x: model("xr"), y: model("yr"), figure: model("map")};
  plot.marks.data = {x: P.marks.map(m => m.x * P.squeeze), y: P.marks.map(m => m.y), text: P.marks.map(m => m.name)};
  plot.units.selected.properties.indices.change.connect(() => {
    const hit = plot.units.selected.indices;
    if (!hit.length) return;
    S.place = {layer: S.layer, at: order[Math.max(...hit)]};
    plot.units.selected.indices = [];
    changed();
  });
  plot.units.inspect.connect(async () => {
    const hit = plot.units.inspected.indices;
    if (hit.length) pointed(order[Math.max(...hit)], await seen());
  });
  await frame("province_old");
  let asked = 0;
  plot.x.properties.end.change.connect(() => { cancelAnimationFrame(asked); asked = requestAnimationFrame(dashes); });
  await drawMap();
  S.searched = S.place ? `${S.place.layer} ${S.place.at}` : "";
}
for (const [key, element] of Object.entries(control)) {
  element.addEventListener("input", () => {
    S[key] = key === "date" ? Number(element.value) : element.value;
    changed();
  });
}
byId("controls").addEventListener("submit", event => event.preventDefault());
byId("zoom-in").addEventListener("click", () => zoom(.6));
byId("zoom-out").addEventListener("click", () => zoom(1 / .6));
byId("zoom-all").addEventListener("click", () => frame("province_old"));
byId("map-rows").addEventListener("toggle", async () => { if (byId("map-rows").open) mapTable(await seen()); });
let framed = null;
listeners.push(async () => {
  fillSelect(control.measure, P.measures.map(m => [m.key, m.name[S.lang]]), S.measure);
  fillSelect(control.show, Object.entries(P.shows[S.lang]), S.show);
  fillSelect(control.layer, Object.entries(P.layer_names[S.lang]), S.layer);
  control.date.max = P.dates.length - 1;
  control.date.value = S.date;
  if (S.page !== "map") return;
  if (!plot) await startMap(); else if (plot.units) await drawMap();
  const wanted = S.place ? `${S.place.layer} ${S.place.at}` : "";
  if (plot.units && S.place && S.searched === wanted && framed !== wanted) await frame(S.place.layer, S.place.at);
  framed = wanted;
});
