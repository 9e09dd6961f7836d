/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <string.h>

void utf8_clean_line(char *text)
{
    uint32_t code;
    for (size_t bytes; *text != '\0'; text += bytes) {
        bytes = utf8_character((const unsigned char *)text, &code);
        if (bytes == 0) {
            *text = '?';
            bytes = 1;
        } else if (utf8_is_control(code)) {
            memset(text, ' ', bytes);
        }
    }
}
