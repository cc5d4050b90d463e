from tests import people
from tests.journeys.book import *
from playwright.sync_api import expect
import pytest
@pytest.mark.parametrize("n", range(1))
def test_probe(browse, watch, n):
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.add_init_script("""window.__e=[];const of=HTMLElement.prototype.focus;HTMLElement.prototype.focus=function(...a){window.__e.push('FOCUS '+this.id+' '+new Error().stack);return of.apply(this,a)};
    for (const t of ['focusin','focusout','change','keydown','submit','htmx:beforeRequest','htmx:afterSwap','htmx:sendAbort']) document.addEventListener(t,e=>window.__e.push(t+' '+(e.key||'')+' '+(e.target.id||e.target.tagName)+' '+(e.detail?.pathInfo?.requestPath||e.detail?.requestConfig?.path||'')),true)""")
    page.goto("/")
    page.keyboard.press("l")
    dialog(page)
    pick(page, "ewo")
    page.wait_for_timeout(700)
    if not page.evaluate("document.activeElement.name=='summary'"):
        print("\n".join(page.evaluate("window.__e")))
        print(page.evaluate("document.activeElement.outerHTML.slice(0,200)"))
        assert 0
    page.keyboard.type("note")
    v = page.locator("#dialog textarea[name=summary]").input_value()
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(2000)
    from relationships.models import Interaction
    if not Interaction.objects.filter(summary="note").exists():
        print(repr(v), [*Interaction.objects.values_list("summary", flat=True)])
        print("\n".join(page.evaluate("window.__e")))
        assert 0
