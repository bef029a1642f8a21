function ConvertTo-HvoFailure {
    <#
    .SYNOPSIS
        Returns the code, message and diagnosis of a failed launch for an error record.
    .DESCRIPTION
        An error of Stop-HvoLaunch carries them. Other errors are AccessDenied, InsufficientSpace, or the code of the step
        that failed.
    .OUTPUTS
        Hashtable of Stop-HvoLaunch's parameters: Code, Message, Summary.
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
        $text = '{0} was denied: {1}' -f $Doing, $cause.Message
    } elseif (Test-HvoDiskFull $cause) {
        $code = 'InsufficientSpace'
        $text = '{0} ran out of disk space: {1}' -f $Doing, $cause.Message
    }
    return @{ Code = $code; Message = $text; Summary = '' }
}
