"""What tests of several screens share."""

from playwright.sync_api import Page


def settled(page: Page) -> None:
    """Dialogs and menus have finished moving, and nothing is being loaded."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)"
    )
    page.wait_for_function("() => document.querySelector('[aria-busy]') === null")
