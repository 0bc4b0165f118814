"""The languages that explanations are given in: English stands in the code, others in catalogues.

    said        a text in the language chosen, with its values
    counted     one of two texts, by a number
    marked      a text that is given elsewhere, marked for translation where it stands
    language    the language inside a `with` block
    chosen      the language as it is now
    LANGUAGES   those that there are

Each language but English has a folder here, with a catalogue (gettext's) for each room of the
package that speaks: `zh/LC_MESSAGES/nn.po`, and `nn.mo`, which is read. They are read on use.
`python tools/languages/extract.py` keeps them; docs/languages.md tells how to add a text.
"""

from pellucid.languages.choice import LANGUAGES, chosen, language
from pellucid.languages.texts import counted, marked, said

__all__ = ["LANGUAGES", "chosen", "counted", "language", "marked", "said"]
