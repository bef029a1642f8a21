function Get-HvoDvdRoot {
    <#
    .SYNOPSIS
    Lists the DVD drives with a disc in them: no other drive is ever looked at.
    .OUTPUTS
    System.String: the root folder of each.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    foreach ($drive in [System.IO.DriveInfo]::GetDrives()) {
        if ($drive.DriveType -eq [System.IO.DriveType]::CDRom -and $drive.IsReady) { $drive.RootDirectory.FullName }
    }
}
