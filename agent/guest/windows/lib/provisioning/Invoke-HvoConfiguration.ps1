function Invoke-HvoConfiguration {
    <#
    .SYNOPSIS
    Applies the stored data, step by step, from where the last boot got to.
    .DESCRIPTION
    A finished step is not run again: a domain's policy may have changed since what it would look at. Windows is restarted
    five times at most.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state; it is changed.
    .OUTPUTS
    System.Boolean: true if Windows has to be restarted first; false when the configuration is applied or has failed, which
    the state tells.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State
    )
    $step = 'Read'
    try {
        $fields = Read-HvoStoredData -Context $Context -State $State
        foreach ($step in 'Hostname', 'Account', 'Network', 'DomainJoin') {
            if ($State.finished.Split(',') -ccontains $step) { continue }
            Publish-HvoGuestState -State $State -Progress applying -Step $step
            if (Invoke-HvoConfigurationStep -Step $step -Context $Context -State $State -Fields $fields) {
                if ([int]$State.restarts -ge 5) { throw (New-HvoStepFailure -Code RestartFailed) }
                $State.restarts = [string]([int]$State.restarts + 1)
                Set-HvoGuestState -Context $Context -State $State
                Write-HvoGuestLog -Context $Context -Word Restart -Detail $step
                return $true
            }
            $State.finished = "$($State.finished),$step".TrimStart(',')
            Set-HvoGuestState -Context $Context -State $State
            Write-HvoGuestLog -Context $Context -Word StepFinished -Detail $step
        }
        $State.progress = 'applied'
        $State.step = 'Done'
        $State.code = 'None'
    }
    catch {
        $code = 'Internal'
        if ($_.Exception.Data.Contains('HvoCode')) { $code = $_.Exception.Data['HvoCode'] }
        Write-HvoGuestLog -Context $Context -Word $step -Detail $code -Number $_.Exception.HResult
        $State.progress = 'failed'
        $State.step = $step
        $State.code = $code
    }
    $State.phase = 'finishing'
    Set-HvoGuestState -Context $Context -State $State
    $false
}
