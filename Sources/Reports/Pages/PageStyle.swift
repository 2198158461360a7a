// The look of a page: system fonts, one column of text, cards for figures, light and dark by the reader's choice.
import Figures

enum PageStyle {
    /// The whole style sheet; the same for every page.
    static let text = """

        :root{color-scheme:light dark;\(properties(\.light));--shadow:0 1px 2px rgb(20 25 35/.05),0 8px 24px -12px rgb(20 25 35/.12);--tint:#eef4f8;--edge:rgb(20 25 35/.28)}
        @media (prefers-color-scheme:dark){:root{\(properties(\.dark));--shadow:none;--tint:#1b2733;--edge:rgb(160 178 200/.3)}}
        \(rules)

        """

    private static func properties(_ color: (ThemeColor) -> Color) -> String {
        ThemeColor.allCases.map { "--\($0.rawValue):\(color($0).hexadecimal)" }.joined(separator: ";")
    }

    private static let rules = #"""
        *,::before,::after{box-sizing:border-box}
        html{scroll-behavior:smooth;scroll-padding-top:1.5rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:400 1.0625rem/1.65 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-font-smoothing:antialiased;overflow-wrap:break-word}
        a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:.18em}
        a:hover{text-decoration-thickness:2px}
        :focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:6px}
        h1,h2,h3{line-height:1.2;letter-spacing:-.018em;font-weight:680;text-wrap:balance}
        h1{font-size:clamp(2.1rem,1.5rem + 3vw,3.4rem);letter-spacing:-.03em;line-height:1.08;margin:0 0 1.1rem;max-width:20ch}
        h2{font-size:clamp(1.5rem,1.3rem + .8vw,1.95rem);margin:0 0 1rem}
        h3{font-size:1.2rem;margin:2.2rem 0 .6rem}
        p,ul{margin:0 0 1.1rem;max-width:68ch;text-wrap:pretty}
        ul{padding-left:1.2rem}
        li{margin:.3rem 0}
        li::marker{color:var(--muted)}
        code{font:500 .88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--tint);padding:.12em .38em;border-radius:5px}
        math{font-size:1.06em}
        .skip{position:absolute;left:-100vw;padding:.6rem 1rem;background:var(--surface);z-index:2}
        .skip:focus{left:1rem;top:1rem}
        .hero,.layout,footer{max-width:78rem;margin:0 auto;padding-left:clamp(1rem,4vw,3rem);padding-right:clamp(1rem,4vw,3rem)}
        .hero{padding-top:clamp(2.5rem,7vw,5.5rem);padding-bottom:clamp(1.5rem,4vw,3rem)}
        .kicker{color:var(--accent);font-size:.85rem;font-weight:650;letter-spacing:.09em;text-transform:uppercase;margin:0 0 .9rem}
        .lead{font-size:clamp(1.12rem,1rem + .6vw,1.35rem);line-height:1.55;color:var(--muted);max-width:60ch}
        .layout{display:grid;grid-template-columns:minmax(0,1fr);gap:0 3.5rem}
        .contents{font-size:.95rem;border-top:1px solid var(--line);border-bottom:1px solid var(--line);padding:1rem 0;margin-bottom:3rem}
        .contents-title{font-size:.78rem;font-weight:650;letter-spacing:.08em;text-transform:uppercase;color:var(--muted);margin:0 0 .4rem}
        .contents ol{list-style:none;margin:0;padding:0}
        .contents li{margin:0}
        .contents a{display:block;padding:.28rem 0;color:var(--muted);text-decoration:none;line-height:1.4}
        .contents a:hover{color:var(--accent)}
        .contents a[aria-current]{color:var(--ink);font-weight:600}
        @media (min-width:68rem){
        .layout{grid-template-columns:13.5rem minmax(0,1fr)}
        .contents{position:sticky;top:2rem;align-self:start;border:0;padding:0;max-height:calc(100vh - 4rem);overflow-y:auto}
        .contents a{border-left:2px solid var(--line);padding:.3rem 0 .3rem .9rem}
        .contents a[aria-current]{border-left-color:var(--accent)}
        }
        section{margin-bottom:clamp(3rem,6vw,5rem)}
        .anchor{opacity:0;margin-left:.4em;text-decoration:none;font-weight:400}
        h2:hover .anchor,.anchor:focus-visible{opacity:1}
        .formula{margin:1.4rem 0;overflow-x:auto;overflow-y:hidden;padding:.2rem 0;font-size:1.15rem;max-width:68ch}
        .note{border-left:3px solid var(--accent);background:var(--tint);padding:.8rem 1.1rem;border-radius:0 10px 10px 0;font-size:.97rem}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,9.5rem),1fr));gap:1px;margin:2rem 0;background:var(--surface);border:1px solid var(--line);border-radius:14px;overflow:hidden}
        .facts div{display:flex;flex-direction:column-reverse;justify-content:flex-end;gap:.15rem;box-shadow:0 0 0 1px var(--line);padding:1rem 1.2rem}
        .facts dt{color:var(--muted);font-size:.88rem;line-height:1.4}
        .facts dd{margin:0;font-size:1.55rem;line-height:1.25;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
        figure{margin:1.75rem 0;background:var(--surface);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow);padding:1.25rem;max-width:44rem;min-width:0}
        figure.wide{max-width:none}
        figcaption{color:var(--muted);font-size:.92rem;line-height:1.5;margin-top:.9rem;text-wrap:pretty}
        .picture{overflow-x:auto}
        .picture>svg{display:block;width:100%;height:auto;font-variant-numeric:tabular-nums}
        .picture>svg:focus{outline:none}
        .picture>svg:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
        figure.wide .picture>svg{min-width:34rem;max-width:60rem}
        figure.widest .picture>svg{min-width:50rem}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1.25rem;margin:1.75rem 0;align-items:start}
        .figures.narrow{grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr))}
        .figures>figure{margin:0}
        .figures.narrow>figure{padding:.8rem}
        .surface .picture>svg{cursor:grab;touch-action:pan-y;user-select:none}
        .surface .hint{color:var(--muted);font-size:.9rem;margin:.3rem 0 0}
        .surface .picture>svg:active{cursor:grabbing}
        .map path:not([data-cell]){pointer-events:none}
        .table{overflow:auto;max-height:34rem;margin:1.75rem 0;background:linear-gradient(to right,var(--surface) 40%,transparent) left/3rem 100% local,linear-gradient(to left,var(--surface) 40%,transparent) right/3rem 100% local,linear-gradient(to right,var(--edge),transparent) left/1rem 100% scroll,linear-gradient(to left,var(--edge),transparent) right/1rem 100% scroll;background-repeat:no-repeat;background-color:var(--surface);border:1px solid var(--line);border-radius:14px;max-width:max-content}
        table{border-collapse:collapse;font-size:.93rem;line-height:1.45;font-variant-numeric:tabular-nums}
        caption{caption-side:top;text-align:left;color:var(--muted);font-size:.92rem;padding:.9rem 1.1rem .5rem}
        th,td{text-align:left;vertical-align:top;padding:.5rem 1.1rem;border-top:1px solid var(--line);white-space:pre-line}
        thead th{position:sticky;top:0;background:var(--surface);border-top:0;font-weight:600;color:var(--muted);font-size:.85rem}
        .number{text-align:right}
        td.number{white-space:nowrap}
        details{margin:1.25rem 0;border:1px solid var(--line);border-radius:12px;background:var(--surface);padding:0 1.1rem}
        summary{cursor:pointer;padding:.8rem 0;font-weight:550}
        details[open]{padding-bottom:.6rem}
        details[open]>summary{margin-bottom:.4rem}
        .frames{display:flex;flex-wrap:wrap;align-items:center;gap:.45rem;margin:2rem 0;position:relative}
        .frames-title{margin:0 .5rem 0 0;color:var(--muted);font-size:.92rem;font-weight:600}
        .frames>input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
        .frames>label{cursor:pointer;min-width:2.6rem;text-align:center;padding:.28rem .75rem;border:1px solid var(--line);border-radius:999px;background:var(--surface);font-size:.92rem;font-variant-numeric:tabular-nums}
        .frames>label:hover{border-color:var(--accent)}
        .frames>input:checked+label{background:var(--accent);border-color:var(--accent);color:var(--surface);font-weight:600}
        .frames>input:focus-visible+label{outline:3px solid var(--accent);outline-offset:2px}
        .frames>.frame{display:none;order:1;flex:0 0 100%;min-width:0}
        .frames>input:checked+label+.frame{display:block}
        .frame>p{margin:.6rem 0 0}
        .frame>figure,.frame>.figures{margin:.8rem 0 0}
        .frames.live>label,.frames.live>input{display:none}
        .player{display:flex;align-items:center;gap:.9rem;flex:1 1 16rem;max-width:40rem}
        .player input{flex:1;min-width:0;accent-color:var(--accent);height:1.6rem;margin:0}
        .player output{min-width:3.2rem;font-weight:650;font-variant-numeric:tabular-nums}
        .player button{font:inherit;font-size:.92rem;cursor:pointer;padding:.28rem .95rem;border-radius:999px;border:1px solid var(--line);background:var(--surface);color:var(--ink)}
        .player button:hover{border-color:var(--accent)}
        .explorer{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem;margin:1.75rem 0;align-items:start}
        .explorer>figure{margin:0}
        .explorer [data-cell]{cursor:crosshair}
        .explorer .chosen{fill:none;stroke:#000;stroke-opacity:1;paint-order:stroke}
        .readout{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:1.1rem 1.25rem;font-size:.95rem;min-height:8rem}
        .readout .hint{color:var(--muted);margin:0}
        .readout dl+.hint{border-top:1px solid var(--line);margin-top:1rem;padding-top:.8rem;font-size:.88rem}
        .readout dl{margin:0}
        .readout dt{color:var(--muted);font-size:.83rem;margin-top:.75rem}
        .readout dd{margin:.1rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.9rem;font-variant-numeric:tabular-nums;line-height:1.55}
        .readout-title{display:flex;align-items:center;gap:.55rem;margin:0;font-weight:650;font-size:1.05rem}
        .swatch{width:1rem;height:1rem;border-radius:4px;border:1px solid rgb(0 0 0/.35);flex:none}
        @media (min-width:58rem){
        .explorer{grid-template-columns:minmax(0,1.4fr) minmax(16rem,1fr)}
        .readout{position:sticky;top:2rem}
        .explorer>noscript{grid-column:1/-1}
        }
        footer{border-top:1px solid var(--line);padding-top:2rem;padding-bottom:3.5rem;color:var(--muted);font-size:.9rem}
        footer dl{display:flex;flex-wrap:wrap;gap:.9rem 2.4rem;margin:0 0 1rem}
        footer dl>div{min-width:0}
        footer dt{font-size:.8rem}
        footer dd{margin:0;color:var(--ink);overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
        footer p{margin:.3rem 0}
        @media (max-width:30rem){
        figure{padding:.75rem}
        .facts{grid-template-columns:1fr 1fr}
        .facts div{padding:.8rem .9rem}
        .facts dd{font-size:1.3rem}
        th,td{padding:.45rem .75rem}
        }
        @media (prefers-color-scheme:dark){.map{filter:brightness(.88) saturate(1.05)}}
        @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        @media print{.contents,.player,.skip{display:none}body{background:#fff}figure{break-inside:avoid;box-shadow:none}}
        """#
}
