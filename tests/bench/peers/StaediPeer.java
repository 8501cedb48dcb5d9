// SPDX-License-Identifier: Apache-2.0
// StAEDI on one file: how many transactions, how many errors, and the best processor time of some runs. Usage: StaediPeer FILE RUNS [SCHEMA]
import io.xlate.edi.schema.Schema;
import io.xlate.edi.schema.SchemaFactory;
import io.xlate.edi.stream.EDIInputFactory;
import io.xlate.edi.stream.EDIStreamEvent;
import io.xlate.edi.stream.EDIStreamReader;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.lang.management.ManagementFactory;

public class StaediPeer {
    public static void main(String[] words) throws Exception {
        Schema schema = null;
        if (words.length > 2) {
            try (InputStream in = new FileInputStream(words[2])) {
                schema = SchemaFactory.newFactory().createSchema(in);
            }
        }
        double best = Double.MAX_VALUE;
        long transactions = 0, errors = 0;
        for (int run = 0; run < Integer.parseInt(words[1]); ++run) {
            transactions = errors = 0;
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            try (InputStream in = new BufferedInputStream(new FileInputStream(words[0]), 1 << 16)) {
                EDIStreamReader reader = EDIInputFactory.newFactory().createEDIStreamReader(in);
                while (reader.hasNext()) {
                    EDIStreamEvent event = reader.next();
                    if (event == EDIStreamEvent.START_TRANSACTION) {
                        ++transactions;
                        if (schema != null) reader.setTransactionSchema(schema);
                    } else if (event == EDIStreamEvent.SEGMENT_ERROR || event == EDIStreamEvent.ELEMENT_DATA_ERROR
                            || event == EDIStreamEvent.ELEMENT_OCCURRENCE_ERROR) {
                        if (errors++ == 0)
                            System.err.println("first error: " + reader.getErrorType() + " " + reader.getLocation());
                    }
                }
            }
            best = Math.min(best, (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9);
        }
        System.out.println("{\"seconds\":" + best + ",\"transactions\":" + transactions + ",\"errors\":" + errors + "}");
    }
}
