import { Markup } from "./markup.ts";

export const style: Markup = new Markup(`<style>
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --line: #d8dde4; --text: #1c2128; --soft: #57606a; --link: #0a58b5;
  --passed: #1a7f37; --passed-back: #e3f5e7; --failed: #b42318; --failed-back: #fde8e6;
  --gap: #8a5a00; --gap-back: #fdf1d7; --skipped: #5c6670; --skipped-back: #eceff2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #171b22; --line: #313843; --text: #e4e8ee; --soft: #9aa5b1; --link: #79b8ff;
    --passed: #56d37a; --passed-back: #14301d; --failed: #ff8b80; --failed-back: #401b18;
    --gap: #f0bc57; --gap-back: #3a2c10; --skipped: #a2adb9; --skipped-back: #232933;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
main { padding-bottom: 4rem; }
h1 { font-size: clamp(1.35rem, 1rem + 1.6vw, 2rem); line-height: 1.25; margin: .1rem 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
small { font-weight: 400; font-size: .85rem; color: var(--soft); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85em; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.over { margin: 0; color: var(--soft); font-size: .85rem; letter-spacing: .04em; text-transform: uppercase; }
.run { margin: 0 0 1.5rem; color: var(--soft); font-size: .9rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; min-width: 0; position: relative; display: flex; flex-direction: column; gap: .5rem; }
.card > * { margin: 0; }
.card h2 { font-size: 1.1rem; padding-right: 7rem; overflow-wrap: anywhere; line-height: 1.3; }
.place { color: var(--soft); font-size: .8rem; overflow-wrap: anywhere; }
.level { position: absolute; top: 1rem; right: 1rem; font-size: .85rem; font-weight: 600; padding: .1rem .55rem; border-radius: 1rem; }
.level.passed { color: var(--passed); background: var(--passed-back); }
.level.failed { color: var(--failed); background: var(--failed-back); }
.level.skipped { color: var(--skipped); background: var(--skipped-back); }
.ladder { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(4, 1fr); gap: 3px; font-size: .72rem; color: var(--soft); }
.ladder li { border-top: 4px solid var(--line); padding-top: .15rem; }
.ladder .on { border-color: var(--passed); color: var(--text); }
.bar { display: flex; gap: 2px; height: .5rem; border-radius: .25rem; overflow: hidden; }
.bar i { min-width: 4px; flex-basis: 0; }
.bar .passed { background: var(--passed); } .bar .failed { background: var(--failed); }
.bar .gap { background: var(--gap); } .bar .skipped { background: var(--skipped); opacity: .5; }
.counts { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .9rem; color: var(--soft); }
.counts b { color: var(--text); font-variant-numeric: tabular-nums; } .counts .failed, .counts .failed b { color: var(--failed); }
.why { font-size: .85rem; color: var(--soft); overflow-wrap: anywhere; }
.diagnoses { padding: .5rem .75rem .5rem 1.6rem; border-radius: .4rem; background: var(--gap-back); font-size: .9rem; }
.card:has(.level.failed) .diagnoses { background: var(--failed-back); }
.notices { font-size: .85rem; color: var(--soft); } .notices ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.time { margin-top: auto; font-size: .8rem; color: var(--soft); }
summary { cursor: pointer; }
.failure { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--failed); border-radius: .4rem; margin: .5rem 0; padding: .6rem .8rem; }
.failure summary { overflow-wrap: anywhere; }
pre { background: var(--page); border-radius: .4rem; padding: .75rem; margin: .6rem 0; overflow: auto; max-height: 32rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.trace { margin: 0 0 .6rem; font-size: .85rem; color: var(--soft); } .trace summary { list-style-position: inside; }
.again { margin: 0; font-size: .85rem; } .again code { overflow-wrap: anywhere; user-select: all; } .again span { color: var(--soft); }
.mark { font-weight: 700; } .mark.passed { color: var(--passed); } .mark.failed { color: var(--failed); } .mark.gap { color: var(--gap); } .mark.skipped { color: var(--skipped); }
.key { list-style: none; padding: 0; margin: 0 0 .5rem; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; color: var(--soft); }
.scroll { position: relative; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .9rem; }
th, td { padding: .35rem .75rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody:last-child tr:last-child > * { border-bottom: 0; }
thead > tr > * { background: var(--card); }
tr > :first-child { position: sticky; left: 0; background: var(--card); z-index: 1; font-weight: 400; border-right: 1px solid var(--line); }
th small { display: block; }
.matrix th a { color: inherit; text-decoration: none; } .matrix th a:hover { text-decoration: underline; }
.matrix td { padding: 0; } .matrix td a { display: block; padding: .35rem .75rem; color: inherit; text-decoration: none; font-variant-numeric: tabular-nums; }
.matrix td.passed { color: var(--passed); } .matrix td.failed { color: var(--failed); background: var(--failed-back); font-weight: 600; }
.matrix td.gap { color: var(--gap); background: var(--gap-back); } .matrix td.skipped { color: var(--skipped); }
.matrix td small { color: var(--soft); font-weight: 400; margin-left: .35rem; }
.matrix td a:hover { text-decoration: underline; }
.matrix .chapter th { border-right: 0; background: var(--page); font-size: .78rem; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; color: var(--soft); }
.chapter th span { position: sticky; left: .75rem; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
dl { margin: 0; } dd { margin: 0; }
.levels, .reasons { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .25rem 1rem; font-size: .9rem; }
.levels div, .reasons div { display: grid; grid-template-columns: 7rem 1fr; gap: .25rem 1rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
.reasons div { grid-template-columns: 1fr 1fr; }
.levels div:last-child, .reasons div:last-child { border-bottom: 0; }
.levels dt { font-weight: 600; } .reasons dd { color: var(--soft); overflow-wrap: anywhere; }
.filter { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: .75rem; font-size: .9rem; }
.filter[hidden] { display: none; }
input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .35rem .5rem; }
output { color: var(--soft); }
.law { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; margin: .35rem 0; }
.law > summary { padding: .5rem .8rem; }
.law ul { scroll-margin-top: 3rem; list-style: none; margin: 0; padding: 0 .8rem .4rem; font-size: .9rem; }
.law li { display: grid; grid-template-columns: 7.5rem 1fr auto; gap: .1rem .75rem; padding: .35rem 0; border-top: 1px solid var(--line); align-items: baseline; }
.law li[hidden], .law[hidden] { display: none; }
.law li > span { overflow-wrap: anywhere; }
.marks { display: flex; flex-wrap: wrap; gap: .25rem; justify-content: flex-end; }
.chip { font-size: .78rem; padding: 0 .45rem; border-radius: 1rem; white-space: nowrap; }
.chip.passed { color: var(--passed); background: var(--passed-back); } .chip.failed { color: var(--failed); background: var(--failed-back); font-weight: 600; }
.chip.gap { color: var(--gap); background: var(--gap-back); } .chip.skipped { color: var(--skipped); background: var(--skipped-back); }
@media (max-width: 40rem) {
  header { padding-top: 1.25rem; }
  th, td { padding: .35rem .6rem; }
  .matrix tr > :first-child { white-space: normal; min-width: 7.5rem; max-width: 9rem; }
  .matrix .chapter th { max-width: none; }
  .law li { grid-template-columns: 1fr; } .marks { justify-content: flex-start; }
  .levels div, .reasons div { grid-template-columns: 1fr; gap: 0; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --soft: #444; --line: #bbb; }
  body { font-size: 11px; }
  .filter, #cases { display: none; }
  .card, .failure, tr { break-inside: avoid; }
  .scroll { overflow: visible; } pre { max-height: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
</style>`);

/** The page is whole without it: it opens what a link leads to, and brings the filter. */
export const script: Markup = new Markup(`<script>
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const box = target && target.closest("details");
  if (box && !box.open) { box.open = true; box.scrollIntoView(); }
};
addEventListener("hashchange", reveal);
reveal();
const form = document.querySelector(".filter");
if (form) {
  form.hidden = false;
  const laws = [...document.querySelectorAll(".law")];
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const words = form.elements.words.value.toLowerCase();
    const status = form.elements.status.value;
    const isOn = words !== "" || status !== "";
    let count = 0;
    for (const law of laws) {
      let found = 0;
      for (const one of law.querySelectorAll("li")) {
        const fits = one.textContent.toLowerCase().includes(words) && (!status || one.dataset.status.split(" ").includes(status));
        one.hidden = !fits;
        if (fits) found++;
      }
      law.hidden = found === 0;
      law.open = isOn && found > 0;
      count += found;
    }
    form.querySelector("output").value = isOn ? count + (count === 1 ? " case" : " cases") : "";
  });
}
</script>`);
