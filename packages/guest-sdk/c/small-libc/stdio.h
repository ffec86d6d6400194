/* <stdio.h> for apps that are built with the small libc. */
#include "../small-libc.h"
