function Invoke-HvoConfigurationStep {
    <#
    .SYNOPSIS
        Applies one step of the configuration. Each step checks the current value first and changes only what differs.
    .PARAMETER Step
        The step.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean, true if Windows must be restarted to finish the step. Throws only exceptions that
        New-HvoStepFailure returns.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $defaultCode = @{
        Hostname = 'HostnameNotSet'
        Account = 'AccountRefused'
        Network = 'NetworkFailed'
        DomainJoin = 'DomainJoinFailed'
    }
    try {
        switch ($Step) {
            'Hostname' { return Set-HvoHostname -Fields $Fields }
            'Account' { return Set-HvoLocalAdministrator -Fields $Fields }
            'Network' { return Set-HvoNetwork -Fields $Fields }
            'DomainJoin' { return Join-HvoDomain -Context $Context -State $State -Fields $Fields }
        }
    } catch {
        if ($_.Exception.Data.Contains('HvoCode')) { throw }
        # The text of the error is not passed on: it may repeat an argument of the command.
        Write-HvoGuestLog -Context $Context -Name StepError -Detail $Step -Number $_.Exception.HResult
        throw (New-HvoStepFailure -Code $defaultCode[$Step])
    }
}
