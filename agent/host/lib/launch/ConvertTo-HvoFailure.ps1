function ConvertTo-HvoFailure {
    <#
    .SYNOPSIS
        Returns what an error record means: Code, Message, Retryable, Summary and Details.
    .DESCRIPTION
        An error of ours carries that already. Of others, a missing right and a full disk are told apart; the rest gets the
        code of the step it happened in.
    .OUTPUTS
        Hashtable.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord] $ErrorRecord,
        [Parameter()] [string] $DefaultCode = 'Internal',
        [Parameter()] [string] $Doing = 'The job'
    )
    $cause = $ErrorRecord.Exception
    while ($null -ne $cause) {
        if ($cause.Data.Contains('HvoFailure')) { return $cause.Data['HvoFailure'] }
        if ($null -eq $cause.InnerException) { break }
        $cause = $cause.InnerException
    }
    Write-HvoLog -Message ('{0} failed: {1} {2}' -f $Doing, $cause.GetType().Name, $ErrorRecord.ScriptStackTrace)
    $denied = $ErrorRecord.CategoryInfo.Category -eq [System.Management.Automation.ErrorCategory]::PermissionDenied
    $code = $DefaultCode
    $text = '{0} failed: {1}' -f $Doing, $cause.Message
    if ($denied -or (Test-HvoAccessDenied $cause)) {
        $code = 'AccessDenied'
        $text = '{0} was denied: {1} Give the account that runs the agent the right to do this.' -f $Doing, $cause.Message
    } elseif (Test-HvoDiskFull $cause) {
        $code = 'InsufficientSpace'
        $text = '{0} ran out of disk space: {1} Free space on that volume.' -f $Doing, $cause.Message
    }
    return @{ Code = $code; Message = $text; Retryable = $true; Summary = ''; Details = @{} }
}
