// SPDX-License-Identifier: Apache-2.0
// What every transport owes a partner, one suite for all of them.
#include "doors_http.h"

namespace sallyport::sftp {
namespace {

struct Kind {
    std::string name;
    std::function<std::unique_ptr<Door>()> make;
};

// How a failure names the transport.
void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.name;
}

class Contract : public ::testing::TestWithParam<Kind> {
protected:
    std::unique_ptr<Door> door = GetParam().make();
    std::vector<Taken> taken() const { return door->intake.all(); }
    void store_fails(bool yes) {
        door->intake.broken.with([&](bool& broken) { broken = yes; });
    }
    // Every digest once, whatever was repeated.
    void expect_once(const std::vector<File>& files) {
        std::map<Bytes, int> counts;
        for (const Taken& one : taken())
            ++counts[one.octets];
        EXPECT_EQ(counts.size(), files.size());
        for (const auto& file : files)
            EXPECT_EQ(counts[file.second], 1) << file.first;
    }
};

const File Order{"order.edi", "ISA*00*~\r\nIEA~"};

TEST_P(Contract, C01WhatIsAcknowledgedWasTakenInFirst) {
    ASSERT_EQ(door->deliver({Order}), 1U);
    ASSERT_EQ(taken().size(), 1U);
}

TEST_P(Contract, C02EveryOctetArrivesAsItWasSent) {
    Bytes all;
    for (int octet = 0; octet < 256; ++octet)
        all += static_cast<char>(octet);
    all += "\n\r\n\r\r\n--\r\n.\r\n";
    ASSERT_EQ(door->deliver({{"all.bin", all}}), 1U);
    EXPECT_EQ(taken().at(0).octets, all);
}

TEST_P(Contract, C03NothingIsAcknowledgedThatTheStoreDidNotTake) {
    store_fails(true);
    EXPECT_EQ(door->deliver({Order}), 0U);
    EXPECT_TRUE(taken().empty());
}

TEST_P(Contract, C04TheNextTryAfterAFailureIsTakenOnce) {
    store_fails(true);
    EXPECT_EQ(door->deliver({Order}), 0U);
    store_fails(false);
    EXPECT_EQ(door->deliver({Order}), 1U);
    expect_once({Order});
}

TEST_P(Contract, C05ARepeatIsAcknowledgedAndTakenOnce) {
    for (int time = 0; time < 3; ++time)
        EXPECT_EQ(door->deliver({Order}), 1U);
    expect_once({Order});
}

TEST_P(Contract, C06TheSameNameWithOtherContentIsAnotherFile) {
    const File other{Order.first, "ISA*another~"};
    EXPECT_EQ(door->deliver({Order}), 1U);
    EXPECT_EQ(door->deliver({other}), 1U);
    expect_once({Order, other});
}

TEST_P(Contract, C07TheSameOctetsUnderAnotherName) {
    EXPECT_EQ(door->deliver({Order}), 1U);
    EXPECT_EQ(door->deliver({{"again.edi", Order.second}}), 1U);
    EXPECT_EQ(taken().size(), door->same_octets_are_the_same_message() ? 1U : 2U);
}

TEST_P(Contract, C08WhatIsTooLargeIsRefusedWhole) {
    EXPECT_EQ(door->deliver({{"huge.edi", Bytes(2 * Door::FileBytes, 'x')}}), 0U);
    EXPECT_TRUE(taken().empty());
    EXPECT_EQ(door->deliver({Order}), 1U) << "and the next one is served";
}

TEST_P(Contract, C09AStrangerUnderThePartnersNameGetsNothingIn) {
    EXPECT_EQ(door->deliver_as_stranger(Order), 0U);
    EXPECT_TRUE(taken().empty());
}

TEST_P(Contract, C10ThePartnerIsTheOneOfTheAgreement) {
    ASSERT_EQ(door->deliver({Order}), 1U);
    EXPECT_EQ(taken().at(0).partner, "acme");
}

TEST_P(Contract, C11AnInterruptedDeliveryLeavesNothing) {
    door->deliver_half({"half.edi", Bytes(400'000, 'h')});
    EXPECT_TRUE(taken().empty());
}

TEST_P(Contract, C12AfterAnInterruptionTheWholeFileIsTakenOnce) {
    const File file{"half.edi", Bytes(400'000, 'h')};
    door->deliver_half(file);
    EXPECT_EQ(door->deliver({file}), 1U);
    expect_once({file});
}

TEST_P(Contract, C13ManyOneAfterTheOther) {
    std::vector<File> files;
    for (int number = 0; number < 40; ++number)
        files.emplace_back("f" + std::to_string(number), "ISA*" + std::to_string(number) + "~");
    EXPECT_EQ(door->deliver(files), files.size());
    expect_once(files);
}

TEST_P(Contract, C14ManyAtOnce) {
    std::vector<File> files;
    for (int number = 0; number < 24; ++number)
        files.emplace_back("f" + std::to_string(number), "ISA*" + std::to_string(number) + "~");
    EXPECT_EQ(door->deliver_at_once(files), files.size());
    expect_once(files);
}

TEST_P(Contract, C15TheSameFileTwiceAtOnceIsTakenOnce) {
    (void)door->deliver_at_once(std::vector<File>(Door::AtOnce, Order));
    EXPECT_EQ(door->deliver({Order}), 1U);
    expect_once({Order});
}

TEST_P(Contract, C16TheNameIsKeptAsSaid) {
    ASSERT_EQ(door->deliver({{"PO 4711 (copy).edi", "ISA~"}}), 1U);
    EXPECT_EQ(taken().at(0).name, "PO 4711 (copy).edi");
}

TEST_P(Contract, C17ARestartForgetsNothingAndServesOn) {
    EXPECT_EQ(door->deliver({Order}), 1U);
    door->restart();
    const File next{"next.edi", "ISA*next~"};
    EXPECT_EQ(door->deliver({next}), 1U);
    EXPECT_EQ(door->deliver({Order}), 1U);
    expect_once({Order, next});
}

TEST_P(Contract, C18ARestartInTheMiddleOfADelivery) {
    const File file{"middle.edi", Bytes(700'000, 'm')};
    door->deliver_half(file);
    door->restart();
    EXPECT_TRUE(taken().empty());
    EXPECT_EQ(door->deliver({file}), 1U);
    expect_once({file});
}

TEST_P(Contract, C19ALargeFile) {
    Bytes octets;
    while (octets.size() < 5'000'000)
        octets += "PO1*" + std::to_string(octets.size()) + "*EA~\n";
    ASSERT_EQ(door->deliver({{"large.edi", octets}}), 1U);
    EXPECT_EQ(taken().at(0).digest.size(), 64U);
    EXPECT_TRUE(taken().at(0).octets == octets);
}

TEST_P(Contract, C20AFailureOfOneFileIsNoFailureOfTheNext) {
    const File large{"a-large.edi", Bytes(2 * Door::FileBytes, 'x')};
    const File small{"b-small.edi", "ISA~"};
    EXPECT_EQ(door->deliver({large}) + door->deliver({small}), 1U);
    expect_once({small});
}

TEST_P(Contract, C21AnEmptyFileIsNoDocument) {
    (void)door->deliver({{"empty.edi", ""}});
    for (const Taken& one : taken())
        EXPECT_TRUE(one.octets.empty());  // AS2 takes it in; the parser refuses it by name
    EXPECT_EQ(door->deliver({Order}), 1U);
}

TEST_P(Contract, C22ASlowDeliveryIsTakenWholeAndOnce) {
    Bytes octets;
    while (octets.size() < 30'000)
        octets += "MSG*" + std::to_string(octets.size()) + "~\n";
    const File file{"slow.edi", octets};
    EXPECT_EQ(door->deliver_slowly(file), 1U);
    ASSERT_EQ(taken().size(), 1U);
    EXPECT_TRUE(taken().at(0).octets == octets);
}

TEST_P(Contract, C23WhatIsOfAnotherPartnerIsNeverOurs) {
    (void)door->deliver_as_other({"theirs.edi", "ISA*of bolt~"});
    for (const Taken& one : taken())
        EXPECT_EQ(one.partner, "bolt");
    ASSERT_EQ(door->deliver({Order}), 1U);
    EXPECT_EQ(taken().back().partner, "acme");
}

TEST_P(Contract, C24TheSameOctetsOfTwoPartnersAreTwoDocuments) {
    const std::size_t theirs = door->deliver_as_other(Order);
    ASSERT_EQ(door->deliver({Order}), 1U);
    EXPECT_EQ(taken().size(), theirs + 1);
}

INSTANTIATE_TEST_SUITE_P(
    Transports,
    Contract,
    ::testing::Values(Kind{"As2", [] { return std::make_unique<As2Door>(); }},
                      Kind{"SftpServer", [] { return std::make_unique<SftpServerDoor>(); }},
                      Kind{"SftpClient",
                           [] { return std::make_unique<SftpClientDoor>(connect_libssh2); }},
                      Kind{"SftpClientLibssh",
                           [] {
                               return std::make_unique<SftpClientDoor>(
                                   [](const RemoteServer& at) { return connect_libssh(at); });
                           }},
                      Kind{"Https", [] { return std::make_unique<HttpsDoor>(); }},
                      Kind{"Folder", [] { return std::make_unique<FolderDoor>(); }}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace sallyport::sftp
