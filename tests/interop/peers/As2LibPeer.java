// SPDX-License-Identifier: Apache-2.0
// as2-lib as a partner, steered by lines of JSON like as2_station: As2LibPeer KEYS PORT. KEYS/peer.p12 (password "testas2"),
// KEYS/gateway.pem. Sends with AS2Client, receives with AS2ReceiverModule.
import com.helger.as2lib.cert.AbstractCertificateFactory;
import com.helger.as2lib.cert.CertificateFactory;
import com.helger.as2lib.client.AS2Client;
import com.helger.as2lib.client.AS2ClientRequest;
import com.helger.as2lib.client.AS2ClientSettings;
import com.helger.as2lib.crypto.ECompressionType;
import com.helger.as2lib.crypto.ECryptoAlgorithmCrypt;
import com.helger.as2lib.crypto.ECryptoAlgorithmSign;
import com.helger.as2lib.crypto.IMICMatchingHandler;
import com.helger.as2lib.disposition.DispositionOptions;
import com.helger.as2lib.message.AS2MessageMDN;
import com.helger.as2lib.message.IMessage;
import com.helger.as2lib.partner.CPartnershipIDs;
import com.helger.as2lib.partner.Partnership;
import com.helger.as2lib.partner.SelfFillingPartnershipFactory;
import com.helger.as2lib.processor.DefaultMessageProcessor;
import com.helger.as2lib.processor.module.AbstractProcessorModule;
import com.helger.as2lib.processor.receiver.AS2ReceiverModule;
import com.helger.as2lib.processor.sender.AsynchMDNSenderModule;
import com.helger.as2lib.processor.storage.IProcessorStorageModule;
import com.helger.as2lib.session.AS2Session;
import com.helger.commons.collection.attr.StringMap;
import com.helger.security.keystore.EKeyStoreType;
import jakarta.activation.DataHandler;
import jakarta.activation.FileDataSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public final class As2LibPeer {
    static String keys;
    static String order = "{}";  // the agreement

    static String text(String json, String name, String otherwise) {
        Matcher found = Pattern.compile("\"" + name + "\": (?:\"((?:[^\"\\\\]|\\\\.)*)\"|(true|false))").matcher(json);
        if (!found.find()) return otherwise;
        return found.group(1) != null ? found.group(1) : found.group(2);
    }
    static boolean on(String json, String name, boolean otherwise) {
        return Boolean.parseBoolean(text(json, name, Boolean.toString(otherwise)));
    }
    static synchronized void say(String json) { System.out.println(json); System.out.flush(); }
    static String quoted(String value) {
        return '"' + String.valueOf(value).replace("\\", "\\\\").replace("\"", "'").replaceAll("[\\r\\n\\t]+", " ") + '"';
    }

    static ECryptoAlgorithmSign signing(String json) {
        String digest = text(json, "digest", "sha256").replace("sha", "");
        if (text(json, "scheme", "").equals("pss")) return ECryptoAlgorithmSign.RSASSA_PSS_WITH_SHA256;
        return switch (digest) {
            case "1" -> ECryptoAlgorithmSign.DIGEST_SHA_1;
            case "384" -> ECryptoAlgorithmSign.DIGEST_SHA_384;
            case "512" -> ECryptoAlgorithmSign.DIGEST_SHA_512;
            default -> ECryptoAlgorithmSign.DIGEST_SHA_256;
        };
    }
    static ECryptoAlgorithmCrypt cipher(String json) {
        return switch (text(json, "cipher", "aes-256-cbc")) {
            case "3des" -> ECryptoAlgorithmCrypt.CRYPT_3DES;
            case "aes-128-cbc" -> ECryptoAlgorithmCrypt.CRYPT_AES128_CBC;
            case "aes-192-cbc" -> ECryptoAlgorithmCrypt.CRYPT_AES192_CBC;
            case "aes-256-gcm" -> ECryptoAlgorithmCrypt.CRYPT_AES256_GCM;
            default -> ECryptoAlgorithmCrypt.CRYPT_AES256_CBC;
        };
    }
    static X509Certificate gateway() throws Exception {
        try (InputStream in = new FileInputStream(keys + "/gateway.pem")) {
            return (X509Certificate) java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    // Tells what arrived; the receipt follows from as2-lib itself.
    static final class Inbox extends AbstractProcessorModule implements IProcessorStorageModule {
        public boolean canHandle(String action, IMessage message, Map<String, Object> options) {
            return IProcessorStorageModule.DO_STORE.equals(action);
        }
        public void handle(String action, IMessage message, Map<String, Object> options) {
            try (InputStream in = message.getData().getInputStream()) {
                byte[] octets = in.readAllBytes();
                say("{\"event\": \"received\", \"sha256\": \""
                    + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets)) + "\", \"bytes\": " + octets.length + "}");
            } catch (Exception fault) {
                say("{\"event\": \"refused\", \"reason\": " + quoted(fault.toString()) + "}");
            }
        }
    }

    static final AS2Session session = new AS2Session();
    static final SelfFillingPartnershipFactory factory = new SelfFillingPartnershipFactory();
    static Partnership agreed;

    static void agree(String json) throws Exception {
        order = json;
        if (agreed != null) factory.removePartnership(agreed);
        Partnership inbound = new Partnership("inbound");
        inbound.setSenderAS2ID(text(json, "our_id", "GATEWAY"));
        inbound.setSenderX509Alias("gateway");
        inbound.setReceiverAS2ID(text(json, "partner_id", "ASTWOLIB"));
        inbound.setReceiverX509Alias("peer");
        // Its MIC looks at these, not at what arrived.
        if (on(json, "sign", true)) inbound.setSigningAlgorithm(signing(json));
        if (on(json, "encrypt", true)) inbound.setEncryptAlgorithm(cipher(json));
        if (!text(json, "compress", "no").equals("no")) inbound.setCompressionType(ECompressionType.ZLIB);
        factory.addPartnership(inbound);
        agreed = inbound;
        say("{\"event\": \"agreed\"}");
    }

    static void send(String json) throws Exception {
        AS2ClientSettings settings = new AS2ClientSettings();
        settings.setKeyStore(EKeyStoreType.PKCS12, new File(keys + "/peer.p12"), "testas2");
        settings.setSaveKeyStoreChangesToFile(false);
        settings.setSenderData(text(order, "partner_id", "ASTWOLIB"), "edi@astwolib.test", "peer");
        settings.setReceiverData(text(order, "our_id", "GATEWAY"), "gateway", text(json, "url", ""));
        settings.setReceiverCertificate(gateway());
        settings.setPartnershipName("outbound");
        ECryptoAlgorithmSign sign = signing(order);
        if (text(order, "mdn", "").equals("unsigned"))
            settings.setMDNOptions((String) null);
        else
            settings.setMDNOptions(new DispositionOptions()
                .setMICAlg(text(order, "scheme", "").equals("pss") ? ECryptoAlgorithmSign.DIGEST_SHA_256 : sign)
                .setMICAlgImportance("required").setProtocol(DispositionOptions.PROTOCOL_PKCS7_SIGNATURE).setProtocolImportance("required"));
        settings.setEncryptAndSign(on(order, "encrypt", true) ? cipher(order) : null, on(order, "sign", true) ? sign : null);
        String compress = text(order, "compress", "no");
        if (!compress.equals("no")) settings.setCompress(ECompressionType.ZLIB, compress.equals("before"));
        settings.setRetryCount(0);
        boolean[] matched = {false, false};
        settings.setMICMatchingHandler(new IMICMatchingHandler() {
            public void onMICMatch(IMessage message, String mic) { matched[0] = true; }
            public void onMICMismatch(IMessage message, String theirs, String ours) { matched[1] = true; }
        });
        AS2ClientRequest request = new AS2ClientRequest("interop");
        request.setData(new DataHandler(new FileDataSource(new File(text(json, "file", "")))));
        request.setContentType("application/edi-x12");
        request.setFilename("order.edi");
        var response = new AS2Client().sendSynchronous(settings, request);
        String id = text(json, "id", "");
        String disposition = response.hasMDN() ? response.getMDN().attrs().getAsString(AS2MessageMDN.MDNA_DISPOSITION) : null;
        boolean good = !response.hasException() && disposition != null && disposition.endsWith("processed") && !matched[1];
        say("{\"event\": \"sent\", \"id\": \"" + id + "\", \"ok\": " + good + ", \"mic\": " + matched[0] + ", \"detail\": "
            + quoted((response.hasException() ? response.getException().toString() + " " : "") + (matched[1] ? "MIC differs " : "") + disposition) + "}");
    }

    public static void main(String[] words) throws Exception {
        keys = words[0];
        StringMap parameters = new StringMap();
        parameters.putIn(AbstractCertificateFactory.ATTR_TYPE, "PKCS12");
        CertificateFactory certificates = new CertificateFactory();
        certificates.initDynamicComponent(session, parameters);
        certificates.setFilename(keys + "/peer.p12");
        certificates.setPassword("testas2");
        certificates.setSaveChangesToFile(false);
        certificates.load();
        certificates.addCertificate("gateway", gateway(), false);
        session.setCertificateFactory(certificates);
        DefaultMessageProcessor processor = new DefaultMessageProcessor();
        processor.initDynamicComponent(session, null);
        session.setMessageProcessor(processor);
        AS2ReceiverModule receiver = new AS2ReceiverModule();
        StringMap where = new StringMap();
        where.putIn("address", "127.0.0.1");
        where.putIn("port", words[1]);
        receiver.initDynamicComponent(session, where);
        AsynchMDNSenderModule later = new AsynchMDNSenderModule();
        later.initDynamicComponent(session, new StringMap());
        Inbox inbox = new Inbox();
        inbox.initDynamicComponent(session, new StringMap());
        processor.addModule(receiver);
        processor.addModule(later);
        processor.addModule(inbox);
        factory.initDynamicComponent(session, null);
        session.setPartnershipFactory(factory);
        processor.startActiveModules();
        say("{\"event\": \"listening\", \"port\": " + words[1] + "}");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String what = text(line, "do", "");
            if (what.equals("quit")) break;
            if (what.equals("agree") || what.equals("send")) {
                try {
                    if (what.equals("agree")) agree(line);
                    else send(line);
                } catch (Exception fault) {
                    say("{\"event\": \"sent\", \"ok\": false, \"detail\": " + quoted(fault.toString()) + "}");
                }
            }
        }
        System.exit(0);
    }
}
