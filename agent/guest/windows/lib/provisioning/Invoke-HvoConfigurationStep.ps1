function Invoke-HvoConfigurationStep {
    <#
    .SYNOPSIS
    Runs one step of the configuration. Each looks first and does nothing that is done.
    .PARAMETER Step
    The step.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state.
    .PARAMETER Fields
    The guest's fields.
    .OUTPUTS
    System.Boolean: true if Windows has to be restarted before the step is finished. Whatever goes wrong is thrown as
    New-HvoStepFailure makes it.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $general = @{ Hostname = 'HostnameNotSet'; Account = 'AccountRefused'; Network = 'NetworkFailed'
        DomainJoin = 'DomainJoinFailed'
    }
    try {
        switch ($Step) {
            'Hostname' { Set-HvoHostname -Fields $Fields }
            'Account' { Set-HvoLocalAdministrator -Fields $Fields }
            'Network' { Set-HvoNetwork -Fields $Fields }
            'DomainJoin' { Join-HvoDomain -Context $Context -State $State -Fields $Fields }
        }
    }
    catch {
        if ($_.Exception.Data.Contains('HvoCode')) { throw }
        # The text of the error stays here: it may echo what the command was given.
        Write-HvoGuestLog -Context $Context -Word StepBroke -Detail $Step -Number $_.Exception.HResult
        throw (New-HvoStepFailure -Code $general[$Step])
    }
}
