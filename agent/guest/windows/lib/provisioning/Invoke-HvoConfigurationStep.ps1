function Invoke-HvoConfigurationStep {
    <#
    .SYNOPSIS
        Applies one step of the configuration, and reads back from Windows that it is as requested.
    .DESCRIPTION
        Each step checks the current value first and changes only what differs. What another try may not meet, such as an
        adapter that is not up yet, a lease that Windows drops late, or a domain controller that does not answer, is tried
        again for ten minutes.
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
    $logged = 0
    for ($try = 1; $true; $try++) {
        try {
            $restart = switch ($Step) {
                'Hostname' { Set-HvoHostname -Fields $Fields }
                'Account' { Set-HvoLocalAdministrator -Fields $Fields }
                'Network' { Set-HvoNetwork -Fields $Fields }
                'DomainJoin' { Join-HvoDomain -Context $Context -State $State -Fields $Fields }
            }
            if ($restart) { return $true }
            $field = Find-HvoDifference -Step $Step -Context $Context -State $State -Fields $Fields
            if (-not $field) { return $false }
            $failure = New-HvoStepFailure -Code NotAsRequested -Field $field -Transient
        } catch {
            $failure = $_.Exception
            if (-not $failure.Data.Contains('HvoCode')) {
                # The text of the error is not passed on: it may repeat an argument of the command.
                if ($failure.HResult -ne $logged) {
                    Write-HvoGuestLog -Context $Context -Name StepError -Detail $Step -Number $failure.HResult
                }
                $logged = $failure.HResult
                $failure = New-HvoStepFailure -Code $defaultCode[$Step] -Transient
            }
        }
        if (-not $failure.Data['HvoTransient'] -or $try -ge 45) { throw $failure }
        $pause = 15
        if ($try -le 5) { $pause = 3 }
        Start-Sleep -Seconds $pause
    }
}
