// SPDX-License-Identifier: Apache-2.0
// Stores one payload in the archive as a file and prints its address, so that boundaries.py can kill it at each operation.
// (Small payloads beside a store lie in its database; boundaries.py's other half kills those.)
// usage: crash_archive ROOT PAYLOAD
#include "gateway/store/archive.h"

#include <iostream>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: crash_archive ROOT PAYLOAD\n";
        return 2;
    }
    const sallyport::store::Archive archive(argv[1]);
    auto address = archive.put(argv[2]);
    if (!address) {
        std::cerr << address.error().text() << '\n';
        return 1;
    }
    std::cout << *address << std::endl;
    return 0;
}
