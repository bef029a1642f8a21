function Get-HvoFolderRight {
    <#
    .SYNOPSIS
        Returns the owner of a folder, and the accounts besides administrators that may change it or what is in it.
    .DESCRIPTION
        Read from the security descriptor as text (SDDL). CREATOR OWNER has the rights of whoever may create, and that one is listed. The
        account that runs the agent, and Hyper-V's group of virtual machines, belong there.
    .OUTPUTS
        Object with Owner, a name or SID, and Writers, the names or SIDs.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $sddl = [string](Get-Acl -LiteralPath $Path -ErrorAction Stop).Sddl
    if ($sddl -cnotmatch '^O:(?<owner>S-[0-9-]+|[A-Z]{2})') { throw "The security descriptor of $Path has no owner." }
    $owner = $Matches['owner']
    # SYSTEM, Administrators, CREATOR OWNER, OWNER RIGHTS, the built-in administrator; TrustedInstaller and S-1-5-83, virtual machines.
    $trusted = 'SY', 'BA', 'CO', 'OW', 'LA', 'S-1-5-18', 'S-1-5-32-544', 'S-1-3-0', 'S-1-3-4'
    $services = '^S-1-5-(83(-|$)|80-956008885-3418522649-1831038044-1853292631-2271478464$)'
    $own = Get-HvoOwnSid
    $writers = [System.Collections.Generic.List[string]]::new()
    if ($trusted -cnotcontains $owner -and $owner -cnotmatch $services -and $owner -cne $own) {
        $writers.Add((Get-HvoAccountName -Sid $owner))
    }
    foreach ($entry in [regex]::Matches($sddl, '\((?<type>X?A);(?<flags>[A-Z]*);(?<rights>[^;]*);[^;]*;[^;]*;(?<sid>[^;)]+)[^)]*\)')) {
        $sid = $entry.Groups['sid'].Value
        if ($trusted -ccontains $sid -or $sid -cmatch $services -or $sid -ceq $own) { continue }
        if (-not (Test-HvoChangeRight -Rights $entry.Groups['rights'].Value)) { continue }
        $name = Get-HvoAccountName -Sid $sid
        if (-not $writers.Contains($name)) { $writers.Add($name) }
    }
    return [PSCustomObject]@{ Owner = Get-HvoAccountName -Sid $owner; Writers = $writers.ToArray() }
}
