@{
    Severity = @('Error', 'Warning')
    # By name, so that a later version of the analyzer, which has more rules, finds the same. Left out are the rules of DSC and of
    # formats, PSUseShouldProcessForStateChangingFunctions (a run asks nobody), and PSReviewUnusedParameter (script blocks and step
    # scripts share the context that the launch was given).
    IncludeRules = @(
        'PSAvoidAssignmentToAutomaticVariable', 'PSAvoidDefaultValueForMandatoryParameter', 'PSAvoidDefaultValueSwitchParameter'
        'PSAvoidGlobalAliases', 'PSAvoidGlobalFunctions', 'PSAvoidGlobalVars', 'PSAvoidInvokingEmptyMembers'
        'PSAvoidMultipleTypeAttributes', 'PSAvoidNullOrEmptyHelpMessageAttribute', 'PSAvoidOverwritingBuiltInCmdlets'
        'PSAvoidSemicolonsAsLineTerminators', 'PSAvoidShouldContinueWithoutForce', 'PSAvoidUsingAllowUnencryptedAuthentication'
        'PSAvoidUsingBrokenHashAlgorithms', 'PSAvoidUsingCmdletAliases', 'PSAvoidUsingComputerNameHardcoded'
        'PSAvoidUsingConvertToSecureStringWithPlainText', 'PSAvoidUsingDeprecatedManifestFields', 'PSAvoidUsingEmptyCatchBlock'
        'PSAvoidUsingInvokeExpression', 'PSAvoidUsingPlainTextForPassword', 'PSAvoidUsingUsernameAndPasswordParams'
        'PSAvoidUsingWMICmdlet', 'PSAvoidUsingWriteHost', 'PSMisleadingBacktick', 'PSMissingModuleManifestField'
        'PSPossibleIncorrectComparisonWithNull',
        'PSPossibleIncorrectUsageOfRedirectionOperator', 'PSReservedCmdletChar', 'PSReservedParams', 'PSShouldProcess'
        'PSUseApprovedVerbs', 'PSUseBOMForUnicodeEncodedFile', 'PSUseCmdletCorrectly', 'PSUseCompatibleSyntax'
        'PSUseDeclaredVarsMoreThanAssignments', 'PSUseLiteralInitializerForHashtable', 'PSUseProcessBlockForPipelineCommand'
        'PSUsePSCredentialType', 'PSUseSingularNouns', 'PSUseSupportsShouldProcess', 'PSUseToExportFieldsInManifest'
        'PSUseUsingScopeModifierInNewRunspaces', 'PSUseUTF8EncodingForHelpFile'
    )
    Rules = @{
        PSUseCompatibleSyntax = @{ Enable = $true; TargetVersions = @('5.1', '7.0') }
    }
}
