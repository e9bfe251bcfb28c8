"""Whatever callers call themselves: it is text in the page, and nothing else."""

from pathlib import Path

from playwright.async_api import expect

from tests.attack.corpus import MARK, corpus
from tests.browser.chromium import Tab
from tests.portal.centre_day import Day

FOR_A_PAGE = (
    f"{MARK}<svg/onload=window.ran=1>",
    f"{MARK}<script>window.ran=1</script>",
    f"{MARK}<a href='javascript:window.ran=1'>x</a>",
    f"{MARK}${{window.ran=1}}{{{{constructor.constructor('window.ran=1')()}}}}",
    f"{MARK}&lt;img src=x onerror=window.ran=1&gt;",
    f"{MARK}--><style>*{{display:none}}</style>",
)


async def test_no_name_of_a_caller_is_more_than_text(anna: Tab, day: Day, tmp_path: Path) -> None:
    """Waiting, offered and talking; in the number and in the name, in the title too."""
    page = anna.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    texts = [*corpus(tmp_path / "canary").values(), *FOR_A_PAGE]
    for place, text in enumerate(texts):
        day.calls(f"C{place}", number=text[:200], name=text)
    await page.get_by_role("button", name=f"{len(texts)} callers waiting in Sales").click()
    rows = page.get_by_role("table", name="Callers waiting in Sales").locator("tbody tr")
    await expect(rows).to_have_count(len(texts))
    elements = await rows.evaluate_all(
        "rows => [...new Set(rows.flatMap(row => [...row.querySelectorAll('*')].map(x => x.localName)))]"
    )
    assert set(elements) <= {"td", "span"}
    shown = "".join(await rows.all_text_contents())
    assert "<script>window.ran=1</script>" in shown
    assert shown.count(MARK) >= 2 * len(texts)

    await day.chooses("1001")
    first = texts[0]
    await expect(page.get_by_role("region", name="Present call")).to_contain_text(first)
    for place, text in enumerate(texts):
        day.answers(f"C{place}", "1001-desk")
        present = page.get_by_role("region", name="Present call")
        await expect(present).to_contain_text("Talking")
        await expect(present.locator("img, script, a, style, iframe")).to_have_count(0)
        day.hangs_up(f"C{place}")
        if place + 1 < len(texts):
            await expect(present).to_contain_text("Incoming call")
        assert await page.evaluate("window.ran") is None, text
    assert all(url.startswith((anna.url, anna.url.replace("http", "ws"))) for url in asked), asked


async def test_nor_on_the_board(ben: Tab, day: Day, tmp_path: Path) -> None:
    """Before his supervisor: waiting, in the question who shall be rung, and talking."""
    page = ben.page
    texts = [*corpus(tmp_path / "canary").values(), *FOR_A_PAGE]
    for place, text in enumerate(texts):
        day.calls(f"C{place}", number=text[:200], name=text)
    await page.get_by_role("button", name=f"{len(texts)} callers waiting in Sales").click()
    rows = page.get_by_role("table", name="Callers waiting in Sales").locator("tbody tr")
    await expect(rows).to_have_count(len(texts))
    for place in range(len(texts) - 3, len(texts)):
        await rows.nth(place).get_by_role("button", name="Give to…").click()
        await expect(page.get_by_role("dialog")).to_contain_text("Who shall be rung")
        await page.keyboard.press("Escape")
    await day.chooses("1001")
    talking = page.locator("tr[data-agent='1001'] .caller-name")
    for place in range(len(texts)):
        day.answers(f"C{place}", "1001-desk")
        if place >= len(texts) - 3:
            await expect(talking).to_contain_text(MARK)
        day.hangs_up(f"C{place}")
    await expect(talking).to_have_count(0)
    await expect(page.locator("main :is(img, script, iframe, style)")).to_have_count(0)
    assert await page.evaluate("window.ran") is None
