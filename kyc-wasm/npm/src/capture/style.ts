/** The default look. A host sets the `--kyc-…` variables, or styles the parts. */
export const style = `
:host {
  --_accent: var(--kyc-accent, #17605a);
  --_accent-strong: var(--kyc-accent-strong, #0f4a45);
  --_on-accent: var(--kyc-on-accent, #ffffff);
  --_surface: var(--kyc-surface, #ffffff);
  --_hover: var(--kyc-hover, #e0efec);
  --_ink: var(--kyc-ink, #1c2426);
  --_quiet: var(--kyc-quiet, #56626a);
  --_edge: var(--kyc-edge, #7e888c);
  --_warn: var(--kyc-warn, #7d5000);
  --_warn-soft: var(--kyc-warn-soft, #fbf0d9);
  --_radius: var(--kyc-radius, 12px);
  --_good: var(--kyc-frame-good, #7ee0a1);
  --_frame: var(--kyc-frame, #ffffff);
  display: block;
  color: var(--_ink);
  line-height: 1.5;
}
@media (prefers-color-scheme: dark) {
  :host {
    --_accent: var(--kyc-accent, #7fcabf);
    --_accent-strong: var(--kyc-accent-strong, #a3ddd4);
    --_on-accent: var(--kyc-on-accent, #06231f);
    --_surface: var(--kyc-surface, #1a2124);
    --_hover: var(--kyc-hover, #1d3a38);
    --_ink: var(--kyc-ink, #e8ecea);
    --_quiet: var(--kyc-quiet, #a7b3b5);
    --_edge: var(--kyc-edge, #7f8c90);
    --_warn: var(--kyc-warn, #edc272);
    --_warn-soft: var(--kyc-warn-soft, #3a2d10);
  }
}
:host([hidden]), [hidden] { display: none !important; }
*, *::before, *::after { box-sizing: border-box; }
.stage { display: grid; gap: 1rem; }
p { margin: 0; }
/* Regions that speak are always there; while they are silent they take no room. */
.alert:empty { position: absolute; }

.viewfinder {
  overflow: hidden;
  width: 100%;
  margin-inline: auto;
  border-radius: var(--_radius);
  background: #0b1112;
}
.viewfinder.face { max-width: 26rem; }
.picture { position: relative; overflow: hidden; aspect-ratio: 4 / 3; }
.face .picture { aspect-ratio: 1; }
video { display: block; width: 100%; height: 100%; object-fit: cover; }
.mirrored video { transform: scaleX(-1); }
.overlay { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
.overlay .shade { fill: rgb(6 10 11 / 52%); }
.overlay .edge, .overlay .ring { fill: none; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.overlay .edge { stroke: var(--_frame); stroke-width: 2.5; opacity: 0.9; }
.overlay .ring { stroke: var(--_good); stroke-width: 6; transition: stroke-dashoffset 140ms linear, opacity 140ms; }
.hint {
  display: grid;
  place-items: center;
  min-height: 3.1rem;
  padding: 0.45rem 0.9rem;
  color: #ffffff;
  font-weight: 600;
  line-height: 1.3;
  text-align: center;
  text-wrap: balance;
  transition: background-color 200ms, color 200ms;
}
.hint.good { background: #cdf3d9; color: #0c3a1e; }
.tools { position: absolute; inset-inline-end: 0.5rem; top: 0.5rem; display: flex; gap: 0.5rem; }
.tool {
  display: grid;
  place-items: center;
  width: 2.75rem;
  height: 2.75rem;
  padding: 0;
  border: 1px solid rgb(255 255 255 / 45%);
  border-radius: 50%;
  background: rgb(10 15 16 / 72%);
  color: #ffffff;
  cursor: pointer;
}
.tool[aria-pressed="true"] { background: #ffffff; color: #0b0f10; }
.tool svg { width: 1.4rem; height: 1.4rem; }
.tool path { fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }

.note { color: var(--_quiet); font-size: 0.94rem; text-align: center; }
.loading {
  width: min(100%, 16rem);
  height: 0.375rem;
  margin-inline: auto;
  border: 0;
  border-radius: 1rem;
  background: var(--_hover);
  overflow: hidden;
  appearance: none;
}
.loading::-webkit-progress-bar { background: var(--_hover); }
.loading::-webkit-progress-value { background: var(--_accent); transition: width 160ms; }
.loading::-moz-progress-bar { background: var(--_accent); }
.fault {
  padding: 0.85rem 1rem;
  border-inline-start: 4px solid var(--_warn);
  border-radius: calc(var(--_radius) * 0.7);
  background: var(--_warn-soft);
}
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; }
.button {
  position: relative;
  display: inline-flex;
  flex: 1 1 11rem;
  align-items: center;
  justify-content: center;
  min-height: 3rem;
  padding: 0.65rem 1.25rem;
  border: 1px solid var(--_edge);
  border-radius: calc(var(--_radius) * 0.75);
  background: var(--_surface);
  color: var(--_ink);
  font: inherit;
  font-weight: 600;
  text-align: center;
  cursor: pointer;
  transition: background-color 160ms, border-color 160ms, color 160ms;
}
.button:hover { border-color: var(--_accent); background: var(--_hover); }
.button.primary { border-color: var(--_accent); background: var(--_accent); color: var(--_on-accent); order: -1; }
.button.primary:hover { border-color: var(--_accent-strong); background: var(--_accent-strong); }
.button.plain { border-color: transparent; background: none; color: var(--_accent); }
.button.plain:hover { background: var(--_hover); }
.button:disabled { opacity: 0.5; cursor: default; }
:focus-visible, .file:has(input:focus-visible) { outline: 3px solid var(--_accent); outline-offset: 2px; }
.drop { display: none; color: var(--_quiet); font-size: 0.94rem; }
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  padding: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
  border: 0;
}
@media (hover: hover) and (pointer: fine) { .drop { display: inline; } }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
@media (forced-colors: active) { .hint, .tool { border: 1px solid; } }
`;
