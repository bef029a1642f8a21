function Get-HvoDvdRoot {
    <#
    .SYNOPSIS
        Returns the root folder of each DVD drive that has a disc in it. Other kinds of drives are ignored.
    .OUTPUTS
        System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    foreach ($drive in [System.IO.DriveInfo]::GetDrives()) {
        if ($drive.DriveType -eq [System.IO.DriveType]::CDRom -and $drive.IsReady) { $drive.RootDirectory.FullName }
    }
}
