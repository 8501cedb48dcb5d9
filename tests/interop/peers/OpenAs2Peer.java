// SPDX-License-Identifier: Apache-2.0
// OpenAS2 as a partner, steered by lines of JSON like as2_station: OpenAs2Peer KEYS PORT FOLDER. It is the whole server on a
// configuration that is written here; what happens is read from its own message tracking. Receipts that come later: PORT + 1.
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openas2.XMLSession;
import org.openas2.message.Message;
import org.openas2.processor.BaseProcessorModule;
import org.openas2.processor.msgtracking.TrackingModule;
import org.openas2.processor.receiver.AS2DirectoryPollingModule;
import org.openas2.processor.storage.StorageModule;

public final class OpenAs2Peer {
    static final PrintStream voice = System.out;
    static Outbox outbox;
    static volatile String sending = "";
    static Path home;

    static String text(String json, String name, String otherwise) {
        Matcher found = Pattern.compile("\"" + name + "\": (?:\"((?:[^\"\\\\]|\\\\.)*)\"|(true|false))").matcher(json);
        if (!found.find()) return otherwise;
        return found.group(1) != null ? found.group(1) : found.group(2);
    }
    static boolean on(String json, String name, boolean otherwise) {
        return Boolean.parseBoolean(text(json, name, Boolean.toString(otherwise)));
    }
    static void say(String json) {
        synchronized (voice) {
            voice.println(json);
            voice.flush();
        }
    }
    static String quoted(String value) {
        return '"' + String.valueOf(value).replace("\\", "\\\\").replace("\"", "'").replaceAll("[\\r\\n\\t]+", " ") + '"';
    }

    // Its way of sending a file, without the folder.
    public static final class Outbox extends AS2DirectoryPollingModule {
        public Outbox() { outbox = this; }
        void send(InputStream content, String name) throws Exception { processDocument(content, name); }
    }

    // Stores nothing and tells everything.
    public static final class Witness extends BaseProcessorModule implements StorageModule {
        public boolean canHandle(String action, Message message, Map<Object, Object> options) {
            return action.equals(TrackingModule.DO_TRACK_MSG) || action.equals(DO_STORE) || action.equals(DO_STOREMDN);
        }
        public void handle(String action, Message message, Map<Object, Object> options) {
            try {
                if (action.equals(DO_STORE)) {
                    byte[] octets = message.getData().getInputStream().readAllBytes();
                    say("{\"event\": \"received\", \"sha256\": \""
                        + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets)) + "\", \"bytes\": " + octets.length + "}");
                }
            } catch (Exception fault) {
                say("{\"event\": \"refused\", \"reason\": " + quoted(fault.toString()) + "}");
            }
            if (!action.equals(TrackingModule.DO_TRACK_MSG)) return;
            String state = String.valueOf(message.getOption("STATE"));
            if (state.equals(Message.MSG_STATE_MSG_SENT_MDN_RECEIVED_OK)) outcome(true, state);
            else if (state.startsWith("msg_send_exception") || state.startsWith("msg_send_fail") || state.startsWith("msg_sent_mdn_received_")
                     || state.equals("mdn_receiving_exception")) outcome(false, state);
            else if (state.equals("msg_receive_fail") || state.equals("msg_receive_exception"))
                say("{\"event\": \"refused\", \"reason\": " + quoted(state + " " + message.getLogMsg()) + "}");
        }
        static void outcome(boolean good, String state) {
            String id = sending;
            if (id.isEmpty()) return;
            sending = "";
            say("{\"event\": \"sent\", \"id\": " + quoted(id) + ", \"ok\": " + good + ", \"detail\": " + quoted(state) + "}");
            if (asynchronous) say("{\"event\": \"receipt\", \"ok\": " + good + ", \"detail\": " + quoted(state) + "}");
        }
    }
    static volatile boolean asynchronous;

    static String attribute(String name, String value) {
        return "<attribute name=\"" + name + "\" value=\"" + value + "\"/>";
    }
    static void partnerships(String json, String port) throws Exception {
        String cipher = switch (text(json, "cipher", "aes-256-cbc")) {
            case "3des" -> "3DES";
            case "aes-128-cbc" -> "AES128";
            case "aes-192-cbc" -> "AES192";
            default -> "AES256";
        };
        String digest = text(json, "digest", "sha256");
        boolean sign = on(json, "sign", true);
        String compress = text(json, "compress", "no");
        String outbound = attribute("protocol", "as2") + attribute("content_transfer_encoding", "binary") + attribute("subject", "interop")
            + attribute("as2_url", "http://127.0.0.1:" + gatewayPort + "/as2") + attribute("as2_mdn_to", "edi@openas2.test")
            + attribute("as2_mdn_options", text(json, "mdn", "").equals("unsigned") ? "none"
                : "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, " + digest)
            + (on(json, "encrypt", true) ? attribute("encrypt", cipher) : "") + (sign ? attribute("sign", digest) : "")
            + (compress.equals("no") ? "" : attribute("compression_type", "ZLIB"))
            + (compress.equals("after") ? attribute("compression_mode", "compress-after-signing") : "")
            + (on(json, "async", false) ? attribute("as2_receipt_option", "http://127.0.0.1:" + (Integer.parseInt(port) + 1)) : "")
            + attribute("resend_max_retries", "0") + attribute("prevent_canonicalization_for_mic", "false")
            + attribute("remove_cms_algorithm_protection_attrib", "false");
        String text = "<partnerships><partner name=\"us\" as2_id=\"" + text(json, "partner_id", "OPENAS2") + "\" x509_alias=\"peer\" email=\"a@b.test\"/>"
            + "<partner name=\"gateway\" as2_id=\"" + text(json, "our_id", "GATEWAY") + "\" x509_alias=\"gateway\" email=\"c@d.test\"/>"
            + "<partnership name=\"out\"><sender name=\"us\"/><receiver name=\"gateway\"/>" + outbound + "</partnership>"
            + "<partnership name=\"in\"><sender name=\"gateway\"/><receiver name=\"us\"/>" + attribute("protocol", "as2") + "</partnership></partnerships>";
        Files.writeString(home.resolve("partnerships.xml"), text);
        outboxDefaults = "sender.as2_id=" + text(json, "partner_id", "OPENAS2") + ", receiver.as2_id=" + text(json, "our_id", "GATEWAY");
    }
    static String outboxDefaults = "sender.as2_id=OPENAS2, receiver.as2_id=GATEWAY";
    static String gatewayPort = "1";

    static void configure(String keys, String port) throws Exception {
        KeyStore modern = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(keys + "/peer.p12")) {
            modern.load(in, "testas2".toCharArray());
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("peer", modern.getKey("peer", "testas2".toCharArray()), "testas2".toCharArray(), modern.getCertificateChain("peer"));
        try (InputStream in = new FileInputStream(keys + "/gateway.pem")) {
            store.setCertificateEntry("gateway", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        try (var out = Files.newOutputStream(home.resolve("keys.p12"))) {
            store.store(out, "testas2".toCharArray());
        }
        Files.writeString(home.resolve("commands.xml"), "<commands/>");
        partnerships("{}", port);
        String module = "<module classname=\"";
        Files.writeString(home.resolve("config.xml"), "<openas2><properties storageBaseDir=\"%home%/data\" log_date_format=\"HH:mm:ss\" "
            + "sql_timestamp_format=\"yyyy-MM-dd HH:mm:ss.SSS\" as2_message_id_format=\"OPENAS2-$rand.UUID$@openas2.test\"/>"
            + "<certificates classname=\"org.openas2.cert.PKCS12CertificateFactory\" filename=\"%home%/keys.p12\" password=\"testas2\" interval=\"3000\"/>"
            + "<partnerships classname=\"org.openas2.partner.XMLPartnershipFactory\" filename=\"%home%/partnerships.xml\" interval=\"3000\"/>"
            + "<loggers/><commands classname=\"org.openas2.cmd.XMLCommandRegistry\" filename=\"%home%/commands.xml\"/><commandProcessors/>"
            + "<processor classname=\"org.openas2.processor.DefaultProcessor\" pendingMDN=\"%home%/pending\" pendingMDNinfo=\"%home%/pendinginfo\">"
            + module + "org.openas2.processor.sender.AS2SenderModule\" retries=\"0\"/>"
            + module + "org.openas2.processor.sender.MDNSenderModule\" retries=\"0\"/>"
            + module + "OpenAs2Peer$Outbox\" outboxdir=\"%home%/outbox\" errordir=\"%home%/error\" interval=\"3600\" "
            + "defaults=\"" + outboxDefaults + "\" sendfilename=\"true\" mimetype=\"application/EDI-X12\"/>"
            + module + "OpenAs2Peer$Witness\"/>"
            + module + "org.openas2.processor.receiver.AS2ReceiverModule\" address=\"127.0.0.1\" port=\"" + port + "\" errordir=\"%home%/error\" "
            + "errorformat=\"sender.as2_id, receiver.as2_id, headers.message-id\"/>"
            + module + "org.openas2.processor.receiver.AS2MDNReceiverModule\" address=\"127.0.0.1\" port=\"" + (Integer.parseInt(port) + 1) + "\"/>"
            + "</processor></openas2>");
    }

    public static void main(String[] words) throws Exception {
        System.setOut(System.err);  // its own talk
        System.setProperty("org.apache.commons.logging.Log", "org.openas2.logging.Log");
        System.setProperty("keystore.pkcs12.legacy", "true");  // what its key store reads
        home = Files.createTempDirectory(Path.of(words[2]), "openas2");
        configure(words[0], words[1]);
        XMLSession session = new XMLSession(home.resolve("config.xml").toString());
        session.start();
        Method refresh = session.getPartnershipFactory().getClass().getDeclaredMethod("refresh");
        refresh.setAccessible(true);
        say("{\"event\": \"listening\", \"port\": " + words[1] + "}");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String what = text(line, "do", "");
            if (what.equals("quit")) break;
            try {
                if (what.equals("agree")) {
                    gatewayPort = text(line, "station_port", "1");
                    partnerships(line, words[1]);
                    refresh.invoke(session.getPartnershipFactory());
                    outbox.getParameters().put("defaults", outboxDefaults);
                    asynchronous = on(line, "async", false);
                    say("{\"event\": \"agreed\"}");
                }
                if (what.equals("send")) {
                    sending = text(line, "id", "x");
                    try (InputStream content = new FileInputStream(text(line, "file", ""))) {
                        outbox.send(content, "order.edi");
                    }
                }
            } catch (Exception fault) {
                say("{\"event\": \"sent\", \"ok\": false, \"detail\": " + quoted(fault + " " + fault.getCause()) + "}");
            }
        }
        Runtime.getRuntime().halt(0);
    }
}
