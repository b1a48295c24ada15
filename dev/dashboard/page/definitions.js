// What the framework itself says of a definition: its validator's errors, and the option names that its schemas know.
import { createSchemaBasedOnPresets } from '@splunk/dashboard-definition';
import { migrateToTabsLayout } from '@splunk/dashboard-utils';
import { DashboardValidator } from '@splunk/dashboard-validation';

export function validate(definition, preset) {
    const validator = new DashboardValidator();
    const broken = validator.setSchema(createSchemaBasedOnPresets(preset));
    if (broken) {
        throw broken;
    }
    const errors = validator.validate(migrateToTabsLayout({ definition }).definition) ?? [];
    return errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

const optionNames = (components, more = []) =>
    Object.fromEntries(
        Object.entries(components).map(([type, component]) => [
            type,
            [...Object.keys(component.config?.optionsSchema ?? component.schema ?? {}), ...more],
        ])
    );

// Where the validator lets unknown options pass. `extend` is an option of every data source, and in none's schema.
export const vocabulary = ({ visualizations, dataSources }) => ({
    visualizations: optionNames(visualizations),
    dataSources: optionNames(dataSources, ['extend']),
});
