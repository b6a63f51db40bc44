const DARK = `
--ground:#0b0e14;--surface:#151a23;--raised:#1e2530;--line:#2a3341;--text:#f5f7fa;--text-dim:#a9b4c2;
--act-now:#ffb000;--advice:#56b4e9;--good:#2bd4a0;--wrong:#ff7a59;--interest:#f07ab3;color-scheme:dark;`;
const LIGHT = `
--ground:#eceff3;--surface:#fff;--raised:#f3f5f8;--line:#d3dae3;--text:#11161f;--text-dim:#454f5d;
--act-now:#6b4700;--advice:#00507f;--good:#005c43;--wrong:#98280b;--interest:#97145b;color-scheme:light;`;

/** The tokens of the panel, light where the reader wants light, and on paper. */
export const PAGE_STYLE = `
:root{${DARK}}
@media (prefers-color-scheme:light){:root{${LIGHT}}}
@media print{:root{${LIGHT}}}
*{box-sizing:border-box}
body{margin:0;padding:24px;background:var(--ground);color:var(--text);font:14px/20px system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1160px;margin:0 auto}
h1{font-size:24px;line-height:32px;margin:0}
h2{font-size:18px;line-height:24px;margin:32px 0 8px}
p{margin:4px 0}
a{color:var(--advice)}
.dim{color:var(--text-dim)}
.mode{display:inline-block;padding:2px 8px;border:1px solid var(--act-now);border-radius:4px;color:var(--act-now);font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(250px,45%),1fr));gap:8px;margin:16px 0;padding:0;list-style:none}
.tiles li{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:8px 12px}
.tiles b{display:block;font-size:20px;line-height:28px;overflow-wrap:anywhere}
figure{margin:0 0 16px;background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:12px}
figcaption{color:var(--text-dim);margin-top:8px}
.wide{overflow-x:auto}
.wide:focus-visible{outline:2px solid var(--text);outline-offset:2px}
.wide svg{display:block;width:100%;min-width:720px;height:auto}
.small{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:12px}
.small svg{display:block;width:100%;height:auto}
table{border-collapse:collapse;width:100%;background:var(--surface);border:1px solid var(--line)}
caption{text-align:left;color:var(--text-dim);padding:0 0 6px}
th,td{padding:4px 8px;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th{font-weight:600;color:var(--text-dim)}
thead th{white-space:nowrap}
tbody th{color:var(--text)}
th.l,td.l{text-align:left;min-width:7em;max-width:32em;overflow-wrap:anywhere}
th.l:first-child{min-width:5em}
td.n,th.n{white-space:nowrap}
.over{color:var(--wrong);font-weight:600}
svg text{fill:var(--text-dim);font:12px system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}
.axis{stroke:var(--line);stroke-width:1}
.viewers{fill:none;stroke:var(--advice);stroke-width:2}
.comments{fill:var(--text-dim)}
.units{fill:var(--good)}
.explain{fill:var(--raised);stroke:var(--line)}
.explain-label{fill:var(--text)}
.offer{fill:none;stroke:var(--interest);stroke-width:2}
.band{fill:var(--advice);opacity:.3}
.mean{stroke:var(--advice);stroke-width:2}
.sold{fill:var(--good)}
.act-now{fill:var(--act-now)}
.advice{fill:var(--advice)}
.info{fill:var(--text-dim)}
.wrong{fill:var(--wrong)}
.gap{fill:url(#hatch)}
.hatch{stroke:var(--wrong);stroke-width:2;opacity:.6}
@media (max-width:600px){body{padding:12px}th,td{padding:4px 6px}}
@media print{body{padding:0}h2{break-after:avoid}tr,figure{break-inside:avoid}.wide svg{min-width:0}}
`;
