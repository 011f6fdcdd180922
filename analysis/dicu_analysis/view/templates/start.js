// Everything is there: read the address and show it.
for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => { S.lang = button.dataset.lang; changed(); });
}
byId("skip").addEventListener("click", event => { event.preventDefault(); byId("main").focus(); });
S.layer = FIRST_LAYER;
S.measure = P.measures[0].key;
S.show = Object.keys(P.shows.en)[0];
S.date = P.dates.length - 1;
S.place = null;
window.addEventListener("hashchange", read);
window.addEventListener("popstate", read);
read();
document.documentElement.dataset.ready = "yes";
