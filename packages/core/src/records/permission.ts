import * as z from "zod";
import { RecordSchema } from "./record-schema.ts";

/** The order of its fields in a file varies with how the rule came about. */
export interface PermissionRule {
  permission: string;
  pattern: string;
  action: "allow" | "deny" | "ask";
}

export const permissionRuleSchema: RecordSchema<PermissionRule> = new RecordSchema("PermissionRule", (form) =>
  form.object<PermissionRule>({
    permission: z.string(),
    pattern: z.string(),
    action: z.enum(["allow", "deny", "ask"]),
  }),
);

/** The record of family `permission`, which 1.1.18 reads once for each project and never writes. */
export const permissionListSchema: RecordSchema<PermissionRule[]> = new RecordSchema("PermissionList", (form) =>
  z.array(form.use(permissionRuleSchema)),
);
