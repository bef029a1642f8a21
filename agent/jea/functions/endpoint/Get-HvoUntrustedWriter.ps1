function Get-HvoUntrustedWriter {
    <#
    .SYNOPSIS
        Returns the owner of a folder and the accounts that may change it, without those that may anyway.
    .PARAMETER Path
        The folder.
    .OUTPUTS
        Strings: SIDs.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    # SYSTEM, Administrators, CREATOR OWNER (here always one of the others), TrustedInstaller, and Hyper-V's VMs.
    $trusted = '\A(S-1-5-18|S-1-5-32-544|S-1-3-0|S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464|S-1-5-83-[0-9-]+)\z'
    foreach ($sid in [System.Linq.Enumerable]::Distinct([string[]]@(Get-HvoFolderWriter -Path $Path))) {
        if ($sid -cnotmatch $trusted) { $sid }
    }
}
