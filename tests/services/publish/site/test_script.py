"""Our modules as one classic script."""

from __future__ import annotations

import pytest

from app.services.publish.site.script import classic


def test_what_a_module_exports_is_known_to_those_after_it_and_to_nobody_else() -> None:
    first = "const own = 1;\nexport const calm = own;\nexport const show = () => {};\n"
    second = "import { calm } from './first.js';\n\nexport const twice = 2 * calm;\n"
    assert classic([("first", first), ("second-one", second)]) == (
        "'use strict';\n"
        "const module_first = (() => {\nconst own = 1;\nconst calm = own;\nconst show = () => {};\n\n"
        "return { calm, show };\n})();\n"
        "const module_second_one = (() => {\nconst { calm } = module_first;\n\nconst twice = 2 * calm;\n\n"
        "return { twice };\n})();\n"
    )


@pytest.mark.parametrize("source", ["import './x.js';\n", "export default 1;\n", "export function f() {}\n"])
def test_another_kind_of_import_or_export_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"x\.js imports or exports in a way"):
        classic([("x", source)])
