@{
    Severity = @('Error', 'Warning')
    ExcludeRules = @(
        # Functions that change the host are the agent's business; a run asks nobody.
        'PSUseShouldProcessForStateChangingFunctions'
        # Script blocks and step scripts share the context that the launch was given.
        'PSReviewUnusedParameter'
    )
    Rules = @{
        PSUseCompatibleSyntax = @{ Enable = $true; TargetVersions = @('5.1', '7.0') }
    }
}
