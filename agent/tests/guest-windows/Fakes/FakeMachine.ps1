# A Windows VM in memory, which the fakes of the platform and of the Windows commands read and change. It counts the changes,
# and can kill the process of the guest before or after any of them.

function New-FakeMachine {
    <#
    .SYNOPSIS
        Sets $global:HvoFake to a new machine: a clone of an image before its first boot.
    #>
    param([string] $Vm = '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d', [string] $SmbiosUuid = 'B1051000-0000-4000-8000-000000000001')
    $global:HvoFake = @{
        Registry = @{ 'SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId' = $Vm.ToUpperInvariant() }
        Keys = @{}
        Files = @{}
        Folders = [System.Collections.ArrayList]::new()
        Log = [System.Collections.ArrayList]::new()
        RestartPending = $false
        Elevated = $true
        SmbiosUuid = $SmbiosUuid
        Name = 'WIN-IMAGE'
        ActiveName = 'WIN-IMAGE'
        Accounts = @(New-FakeAccount -Name 'Administrator' -Sid 'S-1-5-21-1-2-3-500' -Password 'image')
        Administrators = [System.Collections.ArrayList]@('S-1-5-21-1-2-3-500')
        StaysDisabled = $false
        StaysOutside = $false
        MustChangePassword = $false
        KeepsExpiring = $false
        UnresolvableMember = $false
        DnsName = ''
        HasNoDnsName = $false
        Dn = ''
        DnErrors = 0
        JoinsInto = ''
        Adapters = @(@{ ifIndex = 7; Status = 'Up' })
        Dhcp = 'Enabled'
        Addresses = @(@{ IPAddress = '10.20.30.99'; PrefixLength = 24; PrefixOrigin = 'Dhcp'; AddressState = 'Preferred' })
        LeaseLooks = 0
        LeaseTakes = 0
        LeaseTakesAfter = 0
        LeaseTakesAt = 0
        Lease = ''
        Failures = @{}
        Ignored = @{}
        Stumbles = @{}
        Routes = @('10.20.30.1')
        Servers = @('10.20.30.1')
        Suffix = ''
        Domain = 'WORKGROUP'
        Joins = [System.Collections.ArrayList]::new()
        JoinError = @()
        AnswersAs = ''
        AddressState = 'Preferred'
        PolicyRefusesPassword = $false
        DvdRoots = @()
        Restarts = 0
        RestartsAsked = 0
        JoinedAt = -1
        Slept = 0
        OnSleep = { $null }
        Changes = [System.Collections.ArrayList]::new()
        Count = 0
        KillAt = 0
        KillAfter = $false
        Killed = $false
    }
}

function New-FakeAccount {
    <#
    .SYNOPSIS
        Returns a local account, whose password expires after 42 days as by Windows' default policy.
    #>
    param([string] $Name, [string] $Sid, [string] $Password, [bool] $Enabled = $true)
    $now = [DateTime]::UtcNow
    @{ Name = $Name; SID = $Sid; Enabled = $Enabled; Password = $Password; PasswordLastSet = $now; PasswordExpires = $now.AddDays(42) }
}

function New-FakeRsa {
    <#
    .SYNOPSIS
        Returns a new RSA key that supports OAEP with SHA-256 in both PowerShells.
    #>
    if ($PSVersionTable.PSEdition -eq 'Desktop') { return [System.Security.Cryptography.RSACng]::new(2048) }
    [System.Security.Cryptography.RSA]::Create(2048)
}

function Get-FakeKey {
    <#
    .SYNOPSIS
        Returns one of four keys in turn, because creating a key takes long.
    #>
    if (-not (Test-Path -Path variable:global:HvoFakeKeys)) {
        $global:HvoFakeKeys = 1..4 | ForEach-Object { New-FakeRsa }
        $global:HvoFakeKeyNumber = 0
    }
    $global:HvoFakeKeyNumber++
    $global:HvoFakeKeys[$global:HvoFakeKeyNumber % 4]
}

function Assert-FakeAlive {
    <#
    .SYNOPSIS
        Throws if the process has been killed, so that it reads and changes nothing even if it catches the error.
    #>
    if ($global:HvoFake.Killed) { throw 'The process has been killed.' }
}

function Invoke-FakeChange {
    <#
    .SYNOPSIS
        Makes one change. Kills the process before or after it if KillAt says so. A change in Ignored succeeds without effect,
        one in Stumbles fails that many times.
    #>
    param([string] $FakeChangeName, [scriptblock] $FakeChangeScript)
    Assert-FakeAlive
    $fake = $global:HvoFake
    $fake.Count++
    $dies = $fake.Count -eq $fake.KillAt
    if ($dies -and -not $fake.KillAfter) { $fake.Killed = $true; Assert-FakeAlive }
    if ($fake.Stumbles[$FakeChangeName] -gt 0) {
        $fake.Stumbles[$FakeChangeName]--
        throw "$FakeChangeName has failed with the password Canary-7f3a."
    }
    if (-not $fake.Ignored[$FakeChangeName]) { & $FakeChangeScript }
    $null = $fake.Changes.Add($FakeChangeName)
    if ($dies) { $fake.Killed = $true; Assert-FakeAlive }
}

function Start-FakeBoot {
    <#
    .SYNOPSIS
        Restarts the machine.
    #>
    $fake = $global:HvoFake
    $fake.Restarts++
    $fake.RestartPending = $false
    $fake.ActiveName = $fake.Name
}

function Get-FakeRegistry {
    <#
    .SYNOPSIS
        Returns a value of the pool Guest (published by the guest) or External (published by the host).
    #>
    param([string] $Pool, [string] $Name)
    $global:HvoFake.Registry["SOFTWARE\Microsoft\Virtual Machine\$Pool|$Name"]
}

function Invoke-FakeLife {
    <#
    .SYNOPSIS
        Runs the guest from boot to boot until it has finished, and returns its last result.
    #>
    param([switch] $BootAfterKill)
    $fake = $global:HvoFake
    for ($boot = 0; $boot -lt 20; $boot++) {
        $result = $null
        try {
            $result = Invoke-HvoGuest -Root '/hvo'
        } catch {
            if (-not $fake.Killed) { throw }
        }
        if ($fake.Killed) {
            $fake.Killed = $false
            $fake.KillAt = 0
            if ($BootAfterKill) { Start-FakeBoot }
        } elseif ($result -ceq 'RestartRequired') {
            Start-FakeBoot
        } elseif ($result -cne 'VmChanged') {
            return $result
        }
    }
    throw 'The guest did not finish within 20 boots.'
}
