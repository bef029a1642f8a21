function ConvertTo-HvoRefusal {
    <#
    .SYNOPSIS
        Returns the answer of an operation for an error record.
    .OUTPUTS
        Ordered dictionary.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord] $ErrorRecord
    )
    $cause = $ErrorRecord.Exception
    while ($null -ne $cause.InnerException -and -not $cause.Data.Contains('HvoRollout') -and -not (Test-HvoAccessDenied $cause)) {
        $cause = $cause.InnerException
    }
    $text = $cause.Message
    $denied = [System.Management.Automation.ErrorCategory]::PermissionDenied
    if ($cause.Data.Contains('HvoRollout')) {
        $code = [string]$cause.Data['HvoRollout']
    } elseif (Test-HvoDiskFull $cause) {
        $code = 'DiskFull'
        $text = "The disk of the agent's folder is full: $text"
    } elseif (Test-HvoFileInUse $cause) {
        $code = 'InUse'
        $text = "Another process has a file of the agent open or has changed it: $text"
    } elseif ($ErrorRecord.CategoryInfo.Category -eq $denied -or (Test-HvoAccessDenied $cause)) {
        $code = 'AccessDenied'
        $text = "The host denied access: $text"
    } else {
        Write-HvoLog -Message ('{0} {1}' -f $cause.GetType().Name, $ErrorRecord.ScriptStackTrace)
        $code = 'Internal'
        $text = "The rollout failed unexpectedly: $text"
    }
    return [ordered]@{ type = 'rollout'; ok = $false; code = $code; message = $text }
}
