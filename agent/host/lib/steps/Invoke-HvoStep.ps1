function Invoke-HvoStep {
    <#
    .SYNOPSIS
        Runs one step: records, journal, and what an error in it means.
    .DESCRIPTION
        The script looks before it acts and gets the context. It may set $Context.StepMessage, which goes into the record
        of its end. A step that is done, by -Done, is skipped.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [string] $Script,
        [Parameter()] [string] $FailureCode = 'Internal',
        [Parameter()] [string] $Message = '',
        [Parameter()] [bool] $Done = $false
    )
    if ($Done) {
        Write-HvoStepRecord -Step $Step -State skipped
        return
    }
    $Context.StepMessage = ''
    Set-HvoJournalStep -Context $Context -Step $Step -State started
    Write-HvoStepRecord -Step $Step -State started -Message $Message
    try {
        $null = & (Join-Path (Join-Path $Context.AgentFolder 'steps') $Script) -Context $Context
    } catch {
        if ($_.Exception.Data.Contains('HvoPending')) { throw }
        $failure = ConvertTo-HvoFailure -ErrorRecord $_ -DefaultCode $FailureCode -Doing $Step
        Set-HvoJournalStep -Context $Context -Step $Step -State failed
        Write-HvoStepRecord -Step $Step -State failed -Message $failure.Message
        Stop-HvoLaunch @failure
    }
    Set-HvoJournalStep -Context $Context -Step $Step -State completed
    Write-HvoStepRecord -Step $Step -State completed -Message $Context.StepMessage
}
