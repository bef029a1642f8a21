function Invoke-HvoStep {
    <#
    .SYNOPSIS
        Runs one step: records, journal, and what an error in it means.
    .DESCRIPTION
        The script looks before it acts and gets the context. It may set $Context.StepMessage, which goes into the record
        of its end. A step that is done, by -Done, is skipped.
    #>
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [string] $Script,
        [string] $FailureCode = 'Internal',
        [string] $Message = '',
        [bool] $Done = $false
    )
    if ($Done) {
        Write-HvoStep -Step $Step -State skipped
        return
    }
    $Context.StepMessage = ''
    Set-HvoStepState -Context $Context -Step $Step -State started
    Write-HvoStep -Step $Step -State started -Message $Message
    try {
        $null = & (Join-Path $Context.AgentFolder $Script) -Context $Context
    } catch {
        if ($_.Exception.Data.Contains('HvoPending')) { throw }
        $failure = ConvertTo-HvoFailure -ErrorRecord $_ -DefaultCode $FailureCode -Doing $Step
        Set-HvoStepState -Context $Context -Step $Step -State failed
        Write-HvoStep -Step $Step -State failed -Message $failure.Message
        Stop-HvoRun @failure
    }
    Set-HvoStepState -Context $Context -Step $Step -State completed
    Write-HvoStep -Step $Step -State completed -Message $Context.StepMessage
}
