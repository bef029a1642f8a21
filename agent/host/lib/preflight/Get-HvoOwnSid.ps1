function Get-HvoOwnSid {
    <#
    .SYNOPSIS
        Returns the SID of the account that runs the agent; an empty text where there are no SIDs.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    if (-not (Test-HvoWindows)) { return '' }
    return [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
}
