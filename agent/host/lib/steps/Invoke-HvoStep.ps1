function Invoke-HvoStep {
    <#
    .SYNOPSIS
        Runs the script of a step, with its records and its state in the journal.
    .DESCRIPTION
        Script is <job>.<step>.ps1 in the folder steps. It gets the context, tests the host before it changes anything, and
        may set $Context.StepMessage for the completed record. A step that is Done is skipped. FailureCode is the code of
        an error that carries none.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Script,
        [Parameter()] [string] $FailureCode = 'Internal',
        [Parameter()] [string] $Message = '',
        [Parameter()] [bool] $Done = $false
    )
    $step = $Script.Split('.')[1]
    if ($Done) {
        Write-HvoStepRecord -Step $step -State skipped
        return
    }
    $Context.StepMessage = ''
    Set-HvoJournalStep -Context $Context -Step $step -State started
    Write-HvoStepRecord -Step $step -State started -Message $Message
    try {
        $null = & (Join-Path (Join-Path $Context.AgentFolder 'steps') $Script) -Context $Context
    } catch {
        if ($_.Exception.Data.Contains('HvoPending')) { throw }
        $failure = ConvertTo-HvoFailure -ErrorRecord $_ -DefaultCode $FailureCode -Doing $step
        Set-HvoJournalStep -Context $Context -Step $step -State failed
        Write-HvoStepRecord -Step $step -State failed -Message $failure.Message
        Stop-HvoLaunch @failure
    }
    Set-HvoJournalStep -Context $Context -Step $step -State completed
    Write-HvoStepRecord -Step $step -State completed -Message $Context.StepMessage
}
