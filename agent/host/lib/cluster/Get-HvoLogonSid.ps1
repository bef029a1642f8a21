function Get-HvoLogonSid {
    <#
    .SYNOPSIS
        Returns the SIDs of the groups in the token of this process; nothing if they cannot be found out.
    .OUTPUTS
        Strings: SIDs.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    try {
        # The names and attributes of groups are localized, their SIDs are not.
        foreach ($line in @(whoami.exe /groups /fo csv /nh)) {
            if ([string]$line -cmatch '"(S-1-[0-9-]+)"') { $Matches[1] }
        }
    } catch {
        Write-HvoLog -Message "The groups of this logon are unknown: $($_.Exception.Message)"
    }
}
