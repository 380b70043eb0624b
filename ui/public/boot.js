/* Runs before the first paint, as a classic script that old browsers can parse.
   1. the colour scheme, so that no page flashes; 2. the Trusted Types default policy; 3. a plain word to browsers that are too old. */
(function () {
  'use strict';
  var root = document.documentElement;
  var stored = null;
  try { stored = localStorage.getItem('sk.theme'); } catch (e) { stored = null; }
  var dark = stored === 'dark' || (stored !== 'light' && window.matchMedia && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');

  var tt = window.trustedTypes;
  if (tt && tt.createPolicy) {
    tt.createPolicy('default', {
      /* Style sheets arrive here as text; markup never may. */
      createHTML: function (text) {
        if (text.indexOf('<') >= 0) { throw new TypeError('markup from a string is refused'); }
        return text;
      },
      /* Workers of our own origin only. */
      createScriptURL: function (url) {
        if (new URL(url, document.baseURI).origin !== location.origin) { throw new TypeError('script of another origin is refused'); }
        return url;
      }
    });
  }

  var modern = 'noModule' in document.createElement('script') && window.CSS && CSS.supports && CSS.supports('inset-inline-start', '0') &&
    typeof structuredClone === 'function' && Array.prototype.at;
  if (!modern) {
    document.addEventListener('DOMContentLoaded', function () {
      var p = document.createElement('p');
      p.appendChild(document.createTextNode('This browser is too old for Switchkeep. Use Chrome, Edge, Firefox or Safari of the last two years. / 此浏览器版本过旧，请使用近两年的 Chrome、Edge、Firefox 或 Safari。'));
      document.body.appendChild(p);
    });
  }
})();
