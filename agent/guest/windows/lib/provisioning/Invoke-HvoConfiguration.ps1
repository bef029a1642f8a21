function Invoke-HvoConfiguration {
    <#
    .SYNOPSIS
        Applies the stored data step by step, starting with the first unfinished step.
    .DESCRIPTION
        After a restart, name and network are read back again, and their steps are repeated if they are no longer as
        requested. The account is not: a policy of the domain may rename or disable it. Windows is restarted five times at
        most.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state. It is updated.
    .OUTPUTS
        System.Boolean, true if Windows must be restarted before the configuration can continue. False if the
        configuration is applied or has failed; the state holds which.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State
    )
    $step = 'Read'
    try {
        $fields = Read-HvoStoredData -Context $Context -State $State
        foreach ($step in 'Hostname', 'Account', 'Network', 'DomainJoin') {
            $finished = $State.finished.Split(',') -ccontains $step
            if ($finished -and (Test-HvoStepKept -Step $step -Context $Context -State $State -Fields $fields)) { continue }
            Publish-HvoGuestState -State $State -Progress applying -Step $step
            if (Invoke-HvoConfigurationStep -Step $step -Context $Context -State $State -Fields $fields) {
                if ([int]$State.restarts -ge 5) { throw (New-HvoStepFailure -Code RestartFailed) }
                $State.restarts = [string]([int]$State.restarts + 1)
                Set-HvoGuestState -Context $Context -State $State
                Write-HvoGuestLog -Context $Context -Name Restart -Detail $step
                return $true
            }
            if (-not $finished) { $State.finished = "$($State.finished),$step".TrimStart(',') }
            Set-HvoGuestState -Context $Context -State $State
            Write-HvoGuestLog -Context $Context -Name StepFinished -Detail $step
        }
        $State.progress = 'applied'
        $State.step = 'Done'
        $State.code = 'None'
    } catch {
        $code = 'Internal'
        if ($_.Exception.Data.Contains('HvoCode')) { $code = $_.Exception.Data['HvoCode'] }
        Write-HvoGuestLog -Context $Context -Name $step -Detail $code -Number $_.Exception.HResult
        $State.progress = 'failed'
        $State.step = $step
        $State.code = $code
        $State.field = [string]$_.Exception.Data['HvoField']
    }
    $State.phase = 'finishing'
    Set-HvoGuestState -Context $Context -State $State
    return $false
}
