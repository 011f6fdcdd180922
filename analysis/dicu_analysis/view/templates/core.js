// State, words and the address: #page=place&place=03127&date=2030 says what is shown.
"use strict";
const P = JSON.parse(document.getElementById("payload").textContent);
const byId = id => document.getElementById(id);
const S = {lang: document.documentElement.lang, page: "answer", layer: "", place: "", date: 0, measure: "", show: ""};
const PAGES = [...document.querySelectorAll(".page")].map(p => p.dataset.page);
const LAYERS = Object.keys(P.layers);
const FIRST_LAYER = LAYERS.includes("commune_new") ? "commune_new" : "commune_old";
const LOCALES = {vi: "de-DE", nb: "nb-NO"};  // how a language writes a number; all others as in English
const listeners = [];

function say(key, values = {}) {
  return Object.entries(values).reduce((text, [k, v]) => text.replaceAll(`{${k}}`, v), P.words[S.lang][key]);
}
function number(value, digits, sign = false) {
  if (value === null || !isFinite(value)) return say("unknown");
  const text = Math.abs(value).toLocaleString(LOCALES[S.lang] || "en-US",
    {minimumFractionDigits: digits, maximumFractionDigits: digits});
  const zero = !/[1-9]/.test(text);
  return (value < 0 && !zero ? "\u2212" : sign && !zero ? "+" : "") + text;
}
function escaped(text) {
  return String(text).replace(/[&<>"]/g, c => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}[c]));
}
function fold(text) {
  return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replaceAll("đ", "d");
}
function measureOf(key) { return P.measures.find(m => m.key === key); }
function dateOf(text) {
  // a step as the run labels it (2030Q4), or a year: its last date
  const exact = P.dates.indexOf(text);
  if (exact >= 0) return exact;
  const within = P.dates.map((d, k) => d.startsWith(text) ? k : -1).filter(k => k >= 0);
  return within.length ? within[within.length - 1] : P.dates.length - 1;
}
function located(code, old) {
  // layer and position of a code; codes of communes are of today unless the address says of=old
  const order = old ? ["commune_old", "province_old", "commune_new", "province_new"]
    : ["commune_new", "province_new", "commune_old", "province_old"];
  for (const layer of order) {
    const at = P.layers[layer] ? P.layers[layer].codes.indexOf(code) : -1;
    if (at >= 0) return {layer, at};
  }
  return null;
}
function nameOf(layer, at) {
  const units = P.layers[layer], kind = P.kinds[S.lang][units.kinds[at]];
  const name = units.names[at];
  if (!kind || fold(name).startsWith(fold(kind) + " ") && S.lang === "vi") return name;
  return S.lang === "vi" ? `${kind[0].toUpperCase()}${kind.slice(1)} ${name}` : `${name} (${kind})`;
}
function contextOf(layer, at) {
  const units = P.layers[layer];
  if (!units.parent) return layer.endsWith("_old") && P.layers.province_new ? say("before_2025") : "";
  const above = layer.endsWith("_old") || !P.layers.province_new ? "province_old" : "province_new";
  const province = P.layers[above].names[units.parent[at]];
  if (!layer.endsWith("_old")) return province;
  const district = (P.places.commune || []).find(row => row[0] === at);
  const own = district && P.districts.length ? P.districts[district[2]] + ", " : "";
  return own + province + (P.layers.commune_new ? `, ${say("before_2025")}` : "");
}
function write() {
  // the address of what is shown, so that it can be sent to somebody
  const parts = {page: S.page};
  if (S.place) { parts.place = P.layers[S.place.layer].codes[S.place.at]; if (S.place.layer.endsWith("_old")) parts.of = "old"; }
  if (S.page === "map" || S.page === "place") parts.date = P.dates[S.date];
  if (S.page === "map") Object.assign(parts, {what: S.measure, which: S.show, borders: S.layer});
  parts.lang = S.lang;
  const address = "#" + Object.entries(parts).map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join("&");
  if (location.hash !== address) history.replaceState(null, "", address);
}
function read() {
  const text = location.hash.slice(1);
  if (text && !text.includes("=")) {  // an anchor of the report's own pages
    const target = byId(text), page = target && target.closest(".page");
    if (page) { S.page = page.dataset.page; changed(); target.scrollIntoView(); }
    return;
  }
  const said = Object.fromEntries(new URLSearchParams(text));
  if (P.words[said.lang]) S.lang = said.lang;
  if (said.place) S.place = located(said.place, said.of === "old") || S.place;
  if (said.date) S.date = dateOf(said.date);
  if (measureOf(said.what)) S.measure = said.what;
  if (P.shows[S.lang][said.which]) S.show = said.which;
  if (P.layers[said.borders]) S.layer = said.borders;
  if (PAGES.includes(said.page)) S.page = said.page; else if (said.place) S.page = "place";
  changed();
}
function go(page, more = {}) {
  Object.assign(S, more, {page});
  history.pushState(null, "", location.href);
  changed();
  window.scrollTo(0, 0);
}
function changed() {
  document.documentElement.lang = S.lang;
  document.title = say("title");
  for (const page of document.querySelectorAll(".page")) page.hidden = page.dataset.page !== S.page;
  for (const link of document.querySelectorAll("#pages a")) {
    if (link.dataset.page === S.page) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === S.lang));
  }
  write();
  for (const listener of listeners) listener();
}
